import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { Session } from '../connection/session.ts';
import { startReplication, type StreamHandler } from './replication-stream.ts';

const BACKLOG = 200;

describe('a replication stream', () => {
  it('hands out a backlog of small reads at once, not one a millisecond', async () => {
    const { near, far, close } = await socketPair();
    let messages = 0;
    const handler: StreamHandler = {
      message: () => ++messages > 0,
      keepalive: () => undefined,
      chunkEnd: () => undefined,
    };
    far.once('data', () => void far.write(copyBothResponse()));
    const stream = await startReplication(
      new Session(new pg.Client(), near),
      { slot: 's', from: 0n, options: {} },
      handler,
    );
    stream.ended.catch(() => undefined);
    // What a paused socket has read ahead: chunk by chunk, as the server wrote its commits.
    near.pause();
    for (let n = 0; n < BACKLOG; n++) near.push(oneChange());
    stream.resume();
    await setImmediate();
    await setImmediate();
    assert.equal(messages, BACKLOG);
    close();
  });
});

async function socketPair(): Promise<{ near: Socket; far: Socket; close: () => void }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await accepted) as [Socket];
  return {
    near,
    far,
    close: () => {
      near.destroy();
      far.destroy();
      server.close();
    },
  };
}

/** CopyBothResponse with no columns. */
function copyBothResponse(): Buffer {
  return Buffer.from([0x57, 0, 0, 0, 7, 0, 0, 0]);
}

/** CopyData with XLogData: its header of 25 bytes and one byte for the plug-in's message. */
function oneChange(): Buffer {
  const message = Buffer.alloc(1 + 4 + 26);
  message.write('d', 0, 'latin1');
  message.writeInt32BE(message.length - 1, 1);
  message.write('w', 5, 'latin1');
  return message;
}
