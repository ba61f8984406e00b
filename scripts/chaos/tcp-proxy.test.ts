import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.ts';

describe('TcpProxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  let client: Socket;

  beforeEach(async () => {
    echo = createServer((socket) => {
      socket.on('error', () => undefined).pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpProxy.open();
    proxy.forwardTo((echo.address() as AddressInfo).port);
    client = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
    client.on('error', () => undefined);
    client.write('first');
    assert.deepEqual(await once(client, 'data'), ['first']);
  });

  afterEach(async () => {
    client.destroy();
    await proxy.close();
    echo.close();
    await once(echo, 'close');
  });

  it('lets nothing pass while it holds, and all of it in order afterwards', async () => {
    proxy.hold();
    const seen: string[] = [];
    client.on('data', (text) => seen.push(String(text)));
    client.write('second');
    const late = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
    late.write('third');
    // A round trip past the proxy: what it let through would have come back by now.
    const direct = connect((echo.address() as AddressInfo).port, '127.0.0.1');
    direct.write('direct');
    await once(direct, 'data');
    direct.destroy();
    assert.deepEqual(seen, []);
    proxy.release();
    assert.deepEqual(await once(late, 'data'), ['third']);
    if (seen.length < 1) await once(client, 'data');
    assert.deepEqual(seen, ['second']);
    late.destroy();
  });

  it('cuts the connections that are chosen', async () => {
    assert.equal(
      proxy.cut(() => false),
      0,
    );
    const closed = once(client, 'close');
    assert.equal(
      proxy.cut(() => true),
      1,
    );
    await closed;
  });

  it('keeps what it delays in order', async () => {
    proxy.delayBy(5);
    let seen = '';
    const all = Promise.withResolvers<undefined>();
    client.on('data', (text) => {
      seen += String(text);
      if (seen === 'abcdef') all.resolve(undefined);
    });
    for (const letter of 'abcdef') client.write(letter);
    await all.promise;
  });
});
