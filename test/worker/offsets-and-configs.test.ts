import assert from 'node:assert/strict';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

describe('requests to a cluster of workers', () => {
  let cluster: CounterCluster;
  let names = 0;
  const fresh = (): string => `r${(names += 1)}`;
  const call = async (method: string, path: string, body?: unknown) => {
    names += 1;
    const worker = cluster.workers[names % cluster.workers.length] ?? cluster.any;
    return worker.call(method, path, body);
  };
  const gone = (name: string): Promise<number> =>
    until(async () => (await cluster.client.status(name))?.tasks.length === 0, patientMs, 'no tasks');

  before(async () => {
    cluster = await CounterCluster.start(2);
  });

  // What goes on counting would slow down the tests that follow.
  afterEach(() => cluster.deleteAll());

  after(async () => {
    await cluster.close();
  });

  it('change offsets only of a stopped connector, which then goes on from there', async () => {
    const name = fresh();
    const numbers = await Numbers.open(cluster.topic(name));
    await cluster.create(name);
    await cluster.owner(name);
    await numbers.more(20);
    const partition = { server: `${cluster.group}-${name}`, task: 0 };
    const offsets = { offsets: [{ partition, offset: { count: 1_000_000 } }] };
    const early = await call('PATCH', `/connectors/${name}/offsets`, offsets);
    assert.equal(early.status, 400);
    assert.match(JSON.stringify(early.body), /must be in the STOPPED state/);
    await call('PUT', `/connectors/${name}/stop`);
    const altered = await call('PATCH', `/connectors/${name}/offsets`, offsets);
    assert.equal(altered.status, 200, JSON.stringify(altered.body));
    assert.deepEqual((await call('GET', `/connectors/${name}/offsets`)).body, offsets);
    await call('PUT', `/connectors/${name}/resume`);
    await until(() => numbers.all.includes(1_000_020), patientMs, 'counting from the new offset');
    const first = numbers.all.indexOf(1_000_001);
    assert.deepEqual(numbers.all.slice(first, first + 3), [1_000_001, 1_000_002, 1_000_003]);
    await numbers.close();
  });

  it('reset offsets, so that the connector begins again', async () => {
    const name = fresh();
    const numbers = await Numbers.open(cluster.topic(name));
    await cluster.create(name);
    await cluster.owner(name);
    await numbers.more(10);
    await call('PUT', `/connectors/${name}/stop`);
    assert.equal((await call('DELETE', `/connectors/${name}/offsets`)).status, 200);
    assert.deepEqual((await call('GET', `/connectors/${name}/offsets`)).body, { offsets: [] });
    assert.equal((await call('DELETE', `/connectors/${name}/offsets`)).status, 200);
    const before = numbers.all.length;
    await call('PUT', `/connectors/${name}/resume`);
    await until(() => numbers.all[before] === 1, patientMs, 'counting from the beginning');
    await numbers.close();
  });

  it('refuse offsets that the connector could not start from', async () => {
    const name = fresh();
    await cluster.create(name);
    await cluster.owner(name);
    await call('PUT', `/connectors/${name}/stop`);
    await gone(name);
    const offsets = { offsets: [{ partition: { server: 'x' }, offset: { lsn: 1 } }] };
    const answer = await call('PATCH', `/connectors/${name}/offsets`, offsets);
    assert.equal(answer.status, 500);
    assert.match(JSON.stringify(answer.body), /an offset of a counter has the member count/);
  });

  it('create, replace, merge and read configurations on any worker', async () => {
    const name = fresh();
    const config = cluster.config(name);
    const created = await call('PUT', `/connectors/${name}/config`, config);
    assert.equal(created.status, 201);
    assert.deepEqual(created.body, { name, config: { ...config, name }, tasks: [], type: 'source' });
    const again = await call('POST', '/connectors', { name, config });
    assert.deepEqual(again, { status: 409, body: { error_code: 409, message: `Connector ${name} already exists` } });
    const patched = await call('PATCH', `/connectors/${name}/config`, {
      'counter.every.ms': '50',
      'topic.creation.default.partitions': null,
      'topic.creation.default.replication.factor': null,
    });
    assert.equal(patched.status, 200, JSON.stringify(patched.body));
    const { 'connector.class': className, 'topic.prefix': prefix, 'tasks.max': max } = config;
    const expected = { 'connector.class': className, 'topic.prefix': prefix, 'tasks.max': max, name };
    await until(
      async () => {
        const { body } = await call('GET', `/connectors/${name}/config`);
        return (
          JSON.stringify(body, Object.keys(expected).sort()) === JSON.stringify(expected, Object.keys(expected).sort())
        );
      },
      patientMs,
      'the merged configuration',
    );
    assert.equal((await call('PATCH', '/connectors/nobody/config', {})).status, 404);
  });

  it('refuse what is wrong with a text that says all of it, and create nothing', async () => {
    const name = fresh();
    const bad = { 'connector.class': 'Counter', 'tasks.max': '0' };
    const answer = await call('POST', '/connectors', { name, config: bad });
    assert.equal(answer.status, 400);
    const text = JSON.stringify(answer.body);
    assert.match(text, /contains the following 2 error\(s\)/);
    assert.match(text, /Value must be at least 1/);
    assert.match(text, /Missing required configuration \\"topic.prefix\\"/);
    const unknown = await call('POST', '/connectors', { name, config: { 'connector.class': 'io.x.Nope' } });
    assert.equal(unknown.status, 400);
    assert.match(JSON.stringify(unknown.body), /Failed to find any class that implements Connector/);
    assert.equal((await call('GET', `/connectors/${name}`)).status, 404);
  });

  it('answer 404 in the words of Connect for connectors that do not exist', async () => {
    const expected = [
      ['GET', '/connectors/no', 'Connector no not found'],
      ['GET', '/connectors/no/status', 'No status found for connector no'],
      ['PUT', '/connectors/no/pause', 'Unknown connector no'],
      ['PUT', '/connectors/no/stop', 'Unknown connector no'],
      ['POST', '/connectors/no/restart', 'Unknown connector: no'],
      ['POST', '/connectors/no/restart?includeTasks=true', 'Unknown connector: no'],
      ['GET', '/connectors/no/offsets', 'Connector no not found'],
      ['GET', '/connectors/no/tasks/0/status', 'No status found for task no-0'],
    ] as const;
    for (const [method, path, message] of expected)
      assert.deepEqual(await call(method, path), { status: 404, body: { error_code: 404, message } }, path);
  });

  it('name the nearest known setting of an unknown one in the log', async () => {
    const name = fresh();
    await cluster.create(name, { 'counter.every.mss': '5' });
    const lines = cluster.workers.flatMap((worker) => worker.said('unknown setting'));
    assert.equal(
      lines.some(({ setting, nearest }) => setting === 'counter.every.mss' && nearest === 'counter.every.ms'),
      true,
    );
  });
});
