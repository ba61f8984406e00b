import assert from 'node:assert/strict';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

describe('a connector with an offsets topic of its own', function () {
  this.timeout(240_000);
  let cluster: CounterCluster;
  const list = async (name: string) => (await cluster.any.call('GET', `/connectors/${name}/offsets`)).body;

  before(async () => {
    cluster = await CounterCluster.start(1);
  });

  after(async () => {
    await cluster.close();
  });

  it("goes on from the worker's topic, keeps its offsets in its own, and loses and repeats nothing when its process dies", async () => {
    const name = 'moved';
    const numbers = await Numbers.open(cluster.topic(name));
    try {
      await cluster.create(name);
      await numbers.more(20);
      const own = { 'offsets.storage.topic': `${cluster.group}-own` };
      const answer = await cluster.any.call('PUT', `/connectors/${name}/config`, cluster.config(name, own));
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      const starts = cluster.any.said('task: running').length;
      await until(() => cluster.any.said('task: running').length > starts, patientMs, 'the task with its own topic');
      await numbers.more(30, patientMs);
      for (const pid of cluster.any.hosts()) process.kill(pid, 'SIGKILL');
      await numbers.more(50, patientMs);
      numbers.verify();
      await cluster.any.call('PUT', `/connectors/${name}/stop`);
      const partition = { server: `${cluster.group}-${name}`, task: 0 };
      const offsets = { offsets: [{ partition, offset: { count: 1_000_000 } }] };
      const altered = await cluster.any.call('PATCH', `/connectors/${name}/offsets`, offsets);
      assert.equal(altered.status, 200, JSON.stringify(altered.body));
      assert.deepEqual(await list(name), offsets);
      assert.equal((await cluster.any.call('DELETE', `/connectors/${name}/offsets`)).status, 200);
      assert.deepEqual(await list(name), { offsets: [] });
    } finally {
      await numbers.close();
    }
  });

  it('may not write records to it: the task fails and says so', async () => {
    const name = 'mixed';
    await cluster.create(name, { 'offsets.storage.topic': cluster.topic(name) });
    await cluster.client.until(name, ({ tasks }) => tasks[0]?.state === 'FAILED', patientMs);
    const { body } = await cluster.any.call('GET', `/connectors/${name}/tasks/0/status`);
    assert.match(JSON.stringify(body), /Source tasks may not produce to their own offsets topics/);
  });
});
