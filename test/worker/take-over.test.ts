import assert from 'node:assert/strict';
import { CounterCluster, patientMs, sessionTimeoutMs, until, type CounterWorker } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

describe('a task whose worker goes', () => {
  let cluster: CounterCluster;
  let numbers: Numbers | undefined;

  const otherThan = (owner: CounterWorker): CounterWorker => {
    const other = cluster.workers.find((worker) => worker !== owner);
    assert.ok(other);
    return other;
  };
  /** As the successor itself says: the API of a worker that goes may not answer any more. */
  const runsOn = async (successor: CounterWorker): Promise<boolean> => {
    const { body } = await successor.call('GET', '/connectors/a/tasks/0/status');
    return JSON.stringify(body).includes(`"state":"RUNNING","worker_id":"${successor.workerId}"`);
  };

  beforeEach(async () => {
    cluster = await CounterCluster.start(2);
    numbers = await Numbers.open(cluster.topic('a'));
    await cluster.create('a');
    await cluster.owner('a');
    await numbers.more(20);
  });

  afterEach(async () => {
    await numbers?.close();
    numbers = undefined;
    await cluster.close();
  });

  it('goes on elsewhere within the session timeout and 2 s after SIGKILL, and nothing is lost or repeated', async () => {
    const owner = await cluster.owner('a');
    const successor = otherThan(owner);
    owner.kill('SIGKILL');
    const ms = await until(() => runsOn(successor), sessionTimeoutMs + 2000, 'a take-over');
    console.log(`      take-over after SIGKILL: ${Math.round(ms)} ms`);
    await numbers?.more(50);
    numbers?.verify();
  });

  it('goes on elsewhere at once after SIGTERM, and the worker ends well', async () => {
    const owner = await cluster.owner('a');
    const successor = otherThan(owner);
    owner.kill('SIGTERM');
    const ms = await until(() => runsOn(successor), 4000, 'a hand-over');
    console.log(`      hand-over after SIGTERM: ${Math.round(ms)} ms`);
    assert.equal(await owner.ended(), 0);
    await numbers?.more(50);
    numbers?.verify();
  });

  it('is stopped before anything else by a worker that wakes up after its session, which writes no status over its successor', async () => {
    const owner = await cluster.owner('a');
    const successor = otherThan(owner);
    owner.kill('SIGSTOP');
    await until(() => runsOn(successor), sessionTimeoutMs + 2000, 'a take-over');
    await numbers?.more(50);
    const silent = owner.lines.length;
    owner.kill('SIGCONT');
    await until(() => owner.said('group: membership lost').length > 0, patientMs, 'the loss noticed');
    const woken = owner.lines.slice(silent).map(({ msg }) => String(msg));
    const early = woken.slice(
      0,
      woken.findIndex((text) => text.includes('group: membership lost')),
    );
    assert.deepEqual(
      early.filter((text) => /^(task: (starting|running)|group: joined)/.test(text)),
      [],
    );
    await until(() => owner.said('group: joined').length > 1, patientMs, 'the worker back in the group');
    await numbers?.more(50);
    const { body } = await successor.call('GET', '/connectors/a/tasks/0/status');
    assert.deepEqual(body, { id: 0, state: 'RUNNING', worker_id: successor.workerId, version: '1.0' });
    numbers?.verify();
  });

  it('starts again by itself when only its process dies', async () => {
    const owner = await cluster.owner('a');
    const before = owner.said('task: starting').length;
    for (const pid of owner.hosts()) process.kill(pid, 'SIGKILL');
    await until(() => owner.said('task: starting').length > before, patientMs, 'a restart');
    await numbers?.more(50);
    assert.equal(await cluster.owner('a'), owner);
    numbers?.verify();
  });
});

describe('a task at least once', () => {
  it('loses nothing when its worker is killed', async () => {
    const cluster = await CounterCluster.start(2, { 'exactly.once.source.support': 'disabled' });
    const numbers = await Numbers.open(cluster.topic('a'));
    try {
      await cluster.create('a');
      await numbers.more(20);
      // Its process first, at three moments, then its worker: offsets are stored only once Kafka has what they cover.
      for (let kill = 0; kill < 3; kill += 1) {
        for (const pid of (await cluster.owner('a')).hosts()) process.kill(pid, 'SIGKILL');
        await numbers.more(30 + 7 * kill);
      }
      const owner = await cluster.owner('a');
      owner.kill('SIGKILL');
      await owner.ended();
      const seen = numbers.all.length;
      await until(() => numbers.all.length > seen + 50, patientMs, 'the counter going on');
      // A repetition goes back and counts on from there; nothing is skipped on the way.
      numbers.all.forEach((n, index, all) => assert.ok(n <= (all[index - 1] ?? 0) + 1, `${n} at ${index}`));
      const distinct = [...new Set(numbers.all)];
      assert.deepEqual(
        distinct,
        Array.from({ length: distinct.length }, (_, index) => index + 1),
      );
    } finally {
      await numbers.close();
      await cluster.close();
    }
  });
});
