import assert from 'node:assert/strict';
import { CounterCluster, sessionTimeoutMs, until } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

describe('a task whose worker goes', () => {
  let cluster: CounterCluster;
  let numbers: Numbers | undefined;

  beforeEach(async () => {
    cluster = await CounterCluster.start(2);
    await cluster.create('a');
    await cluster.owner('a');
    numbers = await Numbers.open(cluster.topic('a'));
    await numbers.more(20);
  });

  afterEach(async () => {
    await numbers?.close();
    numbers = undefined;
    await cluster.close();
  });

  it('goes on elsewhere within the session timeout and 2 s after SIGKILL, and nothing is lost or repeated', async () => {
    const owner = await cluster.owner('a');
    owner.kill('SIGKILL');
    await owner.ended();
    const ms = await until(async () => (await cluster.owner('a')) !== owner, sessionTimeoutMs + 2000, 'a take-over');
    console.log(`      take-over after SIGKILL: ${Math.round(ms)} ms`);
    await numbers?.more(50);
    numbers?.verify();
  });

  it('goes on elsewhere at once after SIGTERM, and the worker ends well', async () => {
    const owner = await cluster.owner('a');
    owner.kill('SIGTERM');
    const ms = await until(async () => (await cluster.owner('a')) !== owner, 4000, 'a hand-over');
    console.log(`      hand-over after SIGTERM: ${Math.round(ms)} ms`);
    assert.equal(await owner.ended(), 0);
    await numbers?.more(50);
    numbers?.verify();
  });

  it('is stopped before anything else by a worker that wakes up after its session, which writes no status over its successor', async () => {
    const owner = await cluster.owner('a');
    const successor = cluster.workers.find((worker) => worker !== owner);
    owner.kill('SIGSTOP');
    // The API of the frozen worker does not answer.
    await until(
      async () => {
        const { body } = await (successor ?? owner).call('GET', '/connectors/a/tasks/0/status');
        return JSON.stringify(body).includes(`"worker_id":"${successor?.workerId ?? ''}"`);
      },
      sessionTimeoutMs + 2000,
      'a take-over',
    );
    await numbers?.more(50);
    owner.kill('SIGCONT');
    await until(() => owner.said('group: membership lost').length > 0, 2000, 'the loss noticed');
    await until(() => owner.said('group: joined').length > 1, 10_000, 'the worker back in the group');
    await numbers?.more(50);
    const { body } = await (successor ?? owner).call('GET', '/connectors/a/tasks/0/status');
    assert.deepEqual(body, { id: 0, state: 'RUNNING', worker_id: successor?.workerId, version: '1.0' });
    numbers?.verify();
  });

  it('starts again by itself when only its process dies', async () => {
    const owner = await cluster.owner('a');
    const before = owner.said('task: starting').length;
    for (const pid of owner.hosts()) process.kill(pid, 'SIGKILL');
    await until(() => owner.said('task: starting').length > before, 10_000, 'a restart');
    await numbers?.more(50);
    assert.equal(await cluster.owner('a'), owner);
    numbers?.verify();
  });
});
