import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { herderDouble, type Calls } from '../../test/worker/herder-double.ts';
import { RestFixture, type RawAnswer } from '../../test/worker/rest-fixture.ts';
import type { HerderPort } from '../herder/herder-port.ts';
import { NotLeader, RestError } from '../herder/rest-error.ts';

function message(answer: RawAnswer): unknown {
  const body: unknown = JSON.parse(answer.text);
  assert.ok(typeof body === 'object' && body !== null && 'message' in body);
  return body.message;
}

/** A herder that has somebody else do every write and restart. */
function follower(target: () => string | undefined): HerderPort {
  const refuse = () => Promise.reject(new NotLeader(target()));
  return herderDouble({
    createConnector: refuse,
    putConnectorConfig: refuse,
    patchConnectorConfig: refuse,
    deleteConnector: refuse,
    stop: refuse,
    restartConnector: refuse,
    restartConnectorAndTasks: refuse,
    restartTask: refuse,
    alterOffsets: refuse,
    resetOffsets: refuse,
    putTaskConfigs: refuse,
  }).herder;
}

describe('forwarding to the worker that can do it', () => {
  const open: { close(): Promise<void> }[] = [];
  let calls: Calls = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });

  async function serve(herder: HerderPort): Promise<RestFixture> {
    const fixture = await RestFixture.open(herder);
    open.push(fixture);
    return fixture;
  }

  /** A follower and its leader. */
  async function pair(overrides: Partial<HerderPort> = {}): Promise<RestFixture> {
    const double = herderDouble(overrides);
    calls = double.calls;
    const leader = await serve(double.herder);
    return serve(follower(() => leader.url));
  }

  async function plainServer(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    open.push({ close: () => new Promise((resolve) => void server.close(() => resolve())) });
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return `http://127.0.0.1:${address.port}`;
  }

  it('gives the leader’s answer as its own, Location with the host that the client used', async () => {
    const worker = await pair();
    const created = await worker.call('POST', '/connectors', '{"name":"a/b","config":{"big":12345678901234567890}}');
    assert.equal(created.status, 201);
    assert.equal(created.headers['location'], `${worker.url}/connectors/a%2Fb`);
    assert.deepEqual(calls, ['createConnector ["a/b",{"big":"12345678901234567890","name":"a/b"},null]']);
    assert.equal((await worker.call('PUT', '/connectors/inv/config', '{}')).status, 200);
    assert.equal((await worker.call('DELETE', '/connectors/inv')).status, 204);
  });

  it('encodes names again and repeats the flags that matter, keeping traces in the answer', async () => {
    const worker = await pair();
    const path = '/connectors/my%2Fconn%25%20%2B/restart?includeTasks=true&onlyFailed=true&other=1';
    const answer = await worker.call('POST', path);
    assert.equal(answer.status, 202);
    assert.match(answer.text, /"trace":"Boom"/);
    assert.deepEqual(calls, ['restartConnectorAndTasks ["my/conn% +",{"includeTasks":true,"onlyFailed":true}]']);
    await worker.call('PUT', '/connectors/%2E%2E/stop');
    assert.equal(calls.at(-1), 'stop [".."]');
  });

  it('keeps every digit of an offset on the way', async () => {
    const worker = await pair();
    const body = '{"offsets":[{"partition":{"s":"x"},"offset":{"lsn":9007199254740993}}]}';
    assert.equal((await worker.call('PATCH', '/connectors/inv/offsets', body)).status, 200);
    assert.match(calls[0] ?? '', /9007199254740993n/);
  });

  it('gives a refusal of the leader with its status and text', async () => {
    const worker = await pair({ stop: () => Promise.reject(new RestError(404, 'Unknown connector inv')) });
    const answer = await worker.call('PUT', '/connectors/inv/stop');
    assert.equal(answer.status, 404);
    assert.equal(message(answer), 'Unknown connector inv');
  });

  it('goes follower, leader, owner and no further', async () => {
    const double = herderDouble();
    const owner = await serve(double.herder);
    const leader = await serve(follower(() => owner.url));
    const first = await serve(follower(() => leader.url));
    assert.equal((await first.call('POST', '/connectors/inv/tasks/0/restart')).status, 204);
    assert.deepEqual(double.calls, ['restartTask ["inv",0]']);
    const tooFar = await serve(follower(() => first.url));
    const answer = await tooFar.call('POST', '/connectors/inv/tasks/0/restart');
    assert.equal(answer.status, 409);
    assert.equal(message(answer), 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)');
  });

  it('says so when no leader is known', async () => {
    const worker = await serve(follower(() => undefined));
    const answer = await worker.call('DELETE', '/connectors/inv');
    assert.equal(answer.status, 409);
    assert.equal(
      message(answer),
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    );
  });

  it('copies Authorization and nothing else of the client’s headers', async () => {
    const seen: unknown[] = [];
    const url = await plainServer((request, response) => {
      const { authorization, cookie, 'user-agent': agent } = request.headers;
      seen.push({ authorization, cookie, agent, url: request.url });
      response.writeHead(204).end();
    });
    const worker = await serve(follower(() => url));
    await worker.call('PUT', '/connectors/inv/stop', undefined, { Authorization: 'Basic eA==', Cookie: 'c=1' });
    assert.deepEqual(seen, [
      {
        authorization: 'Basic eA==',
        cookie: undefined,
        agent: 'kafka-connect',
        url: '/connectors/inv/stop?forward=true',
      },
    ]);
  });

  it('tells a broken way from a refusal', async () => {
    const worker = await serve(follower(() => 'http://127.0.0.1:1'));
    const answer = await worker.call('PUT', '/connectors/inv/stop');
    assert.equal(answer.status, 500);
    assert.match(String(message(answer)), /^IO Error trying to forward REST request: .*ECONNREFUSED/);

    const guarded = await plainServer((_request, response) => response.writeHead(401).end('User cannot access'));
    const second = await serve(follower(() => guarded));
    const refused = await second.call('PUT', '/connectors/inv/stop');
    assert.equal(refused.status, 500);
    assert.match(String(message(refused)), /^IO Error trying to forward REST request: .* answered 401/);

    const moved = await plainServer((_request, response) => response.writeHead(302, { Location: '/x' }).end());
    const third = await serve(follower(() => moved));
    const redirected = await third.call('PUT', '/connectors/inv/stop');
    assert.equal(message(redirected), 'Unexpected status code when handling forwarded request: 302');
  });
});
