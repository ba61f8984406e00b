import { createConnection } from 'node:net';

const CLIENT_ID = 'stack';

/**
 * The node ids of the brokers that the broker at this port knows of, once a controller is elected; none before that. One Metadata
 * request, version 1 (Kafka protocol guide): the oldest that names the controller, answered by Kafka 2.7 and 4.1 alike.
 */
export async function knownBrokers(port: number, signal: AbortSignal): Promise<number[]> {
  const answer = await exchange(port, metadataRequest(), signal);
  const brokerCount = answer.readInt32BE(4);
  const nodeIds: number[] = [];
  let position = 8;
  for (let broker = 0; broker < brokerCount; broker += 1) {
    nodeIds.push(answer.readInt32BE(position));
    position += 4;
    position += 2 + answer.readInt16BE(position); // host
    position += 4; // port
    position += 2 + Math.max(0, answer.readInt16BE(position)); // rack, length -1 when it is null
  }
  return answer.readInt32BE(position) >= 0 ? nodeIds : [];
}

function metadataRequest(): Buffer {
  const request = Buffer.alloc(4 + 8 + 2 + CLIENT_ID.length + 4);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(3, 4); // api key: Metadata
  request.writeInt16BE(1, 6); // version
  request.writeInt32BE(1, 8); // correlation id
  request.writeInt16BE(CLIENT_ID.length, 12);
  request.write(CLIENT_ID, 14, 'latin1');
  request.writeInt32BE(0, request.length - 4); // no topics
  return request;
}

function exchange(port: number, request: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer')));
    const onAbort = (): void => void socket.destroy(new Error('aborted'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    let received = Buffer.alloc(0);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      resolve(received.subarray(4));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      reject(new Error('closed'));
    });
  });
}
