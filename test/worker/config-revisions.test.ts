import assert from 'node:assert/strict';
import { z } from 'zod';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';

const listed = z.array(
  z.object({
    revision: z.number(),
    time: z.string(),
    change: z.string(),
    origin: z.object({ address: z.string(), via: z.string().optional(), user: z.string().optional() }),
    of: z.number().optional(),
    current: z.boolean(),
  }),
);

describe('revisions of configurations', () => {
  let cluster: CounterCluster;

  before(async () => {
    cluster = await CounterCluster.start(2, {
      'config.revisions.max': '4',
      'config.providers': 'env',
      'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    });
  });

  after(async () => {
    await cluster.close();
  });

  const call = (method: string, path: string, body?: unknown, worker = 0) =>
    (cluster.workers[worker] ?? cluster.any).call(method, path, body);
  const list = async (name: string, worker = 0) =>
    listed.parse((await call('GET', `/connectors/${name}/config/revisions`, undefined, worker)).body);

  it('are kept with time and origin, compared, and gone back to, on any worker', async () => {
    const config = { ...cluster.config('r'), 'some.password': 'first-secret' };
    assert.equal((await call('PUT', '/connectors/r/config', config, 0)).status, 201);
    assert.equal((await call('PUT', '/connectors/r/config', config, 1)).status, 200);
    const changed = { 'counter.every.ms': '20', 'some.password': 'other-secret' };
    assert.equal((await call('PATCH', '/connectors/r/config', changed, 1)).status, 200);
    const [newest, first, ...others] = await list('r');
    assert.deepEqual(others, []);
    assert.deepEqual([newest?.revision, newest?.change, newest?.current], [2, 'patched', true]);
    assert.deepEqual([first?.revision, first?.change, first?.current], [1, 'created', false]);
    assert.ok([newest, first].every((revision) => /127\.0\.0\.1$/.test(revision?.origin.address ?? '')));
    assert.ok(
      [newest, first].some((revision) => revision?.origin.via !== undefined),
      'one of them was passed on',
    );
    const diff = await call('GET', '/connectors/r/config/revisions/1/diff/2');
    assert.deepEqual(diff.body, {
      from: 1,
      to: 2,
      added: { 'counter.every.ms': '20' },
      removed: {},
      changed: { 'some.password': { from: '[hidden]', to: '[hidden]' } },
    });
    const shown = await call('GET', '/connectors/r/config/revisions/1');
    assert.match(JSON.stringify(shown.body), /"some\.password":"\[hidden\]"/);
    const back = await call('POST', '/connectors/r/config/revisions/1/rollback', undefined, 1);
    assert.equal(back.status, 200, JSON.stringify(back.body));
    await until(async () => (await list('r', 1)).length === 3, patientMs, 'the new revision everywhere');
    const [third] = await list('r');
    assert.deepEqual([third?.change, third?.of, third?.current], ['rolled-back', 1, true]);
    assert.deepEqual((await call('GET', '/connectors/r/config/revisions/1/diff/3')).body, {
      from: 1,
      to: 3,
      added: {},
      removed: {},
      changed: {},
    });
  });

  it('are as many as config.revisions.max, outlive a deletion, and bring the connector back', async () => {
    const config = cluster.config('d');
    for (let n = 1; n <= 5; n += 1)
      assert.ok((await call('PUT', '/connectors/d/config', { ...config, 'counter.every.ms': String(n) })).status < 300);
    assert.deepEqual(
      (await list('d')).map(({ revision }) => revision),
      [5, 4, 3, 2],
    );
    assert.equal((await call('DELETE', '/connectors/d')).status, 204);
    await until(async () => (await list('d'))[0]?.change === 'deleted', patientMs, 'the deletion');
    assert.equal((await call('POST', '/connectors/d/config/revisions/6/rollback')).status, 400);
    const again = await call('POST', '/connectors/d/config/revisions/4/rollback');
    assert.equal(again.status, 201, JSON.stringify(again.body));
    assert.match(JSON.stringify(again.body), /"counter\.every\.ms":"4"/);
  });

  it('that are not there are 404, and a roll-back goes through validation', async () => {
    for (const path of [
      'no/config/revisions',
      'no/config/revisions/1',
      'r/config/revisions/99',
      'r/config/revisions/x',
    ])
      assert.equal((await call('GET', `/connectors/${path}`)).status, 404, path);
  });

  it('and stored tasks keep the placeholders, and tasks get the values', async () => {
    const config = { ...cluster.config('p'), 'counter.every.ms': '${env:HOME}' };
    const refused = await call('PUT', '/connectors/p/config', config);
    assert.equal(refused.status, 400);
    assert.match(JSON.stringify(refused.body), /value resolved from the config provider reference failed validation/);
    const prefix = '${env:USER_NOT_SET}';
    const good = {
      ...cluster.config('p'),
      'topic.prefix': `${cluster.group}-p`,
      'some.note': prefix,
      'log.home': '${env:HOME}',
    };
    assert.equal((await call('PUT', '/connectors/p/config', good)).status, 201);
    await cluster.owner('p');
    const tasks = await call('GET', '/connectors/p/tasks');
    assert.match(JSON.stringify(tasks.body), /"log\.home":"\$\{env:HOME\}"/);
    assert.match(JSON.stringify((await call('GET', '/connectors/p/config')).body), /"log\.home":"\$\{env:HOME\}"/);
  });
});
