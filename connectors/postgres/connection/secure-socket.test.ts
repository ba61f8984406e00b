import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { openSocket } from './secure-socket.ts';

describe('a socket to PostgreSQL', () => {
  let server: Server;

  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  async function refusal(answer: string): Promise<Error> {
    // What a proxy does whose server is away, or a server that shuts down.
    server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(answer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tcpKeepAlive: false };
    return await openSocket(target, { use: 'offer', options: {} }, new AbortController().signal).then(
      () => assert.fail('it was opened'),
      (error: unknown) => (error instanceof Error ? error : assert.fail(String(error))),
    );
  }

  it('that is closed instead of answered is reported as closed, not as a strange answer to TLS', async () => {
    assert.equal((await refusal('')).message, 'the server closed the connection');
  });

  it('refuses more than one byte in answer to TLS', async () => {
    assert.match((await refusal('Nplain')).message, /answered the request for TLS with something else/);
  });
});
