import assert from 'node:assert/strict';
import { Gaps } from '../support/gaps.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';
import { moveTimeline } from './support/move-timeline.ts';
import { Numbers } from './support/numbers.ts';
import { topicProducer } from './support/topic-producer.ts';

const names = ['a', 'b', 'c'];
const tasks = [0, 1];

describe('tasks that need not move', function () {
  this.timeout(300_000);
  let cluster: CounterCluster;

  before(async () => {
    cluster = await CounterCluster.start(2);
  });

  after(async () => {
    await cluster.close();
  });

  /** Every start of a task so far, on whatever worker: `a-0 <incarnation>`. */
  const starts = (): string[] =>
    cluster.workers.flatMap((worker) =>
      worker.said('task: starting').map(({ task, incarnation }) => `${String(task)} ${String(incarnation)}`),
    );
  const startedSince = (before: readonly string[]): string[] =>
    starts()
      .filter((start) => !before.includes(start))
      .map((start) => start.split(' ')[0] ?? '')
      .sort();
  /** A record after now: only then is a gap that reaches until now known. */
  const goOn = async (gaps: ReadonlyMap<string, Gaps>): Promise<void> => {
    for (const [task, gap] of gaps) {
      const { count } = gap;
      await until(() => gap.count > count, patientMs, `records of ${task}`);
    }
  };
  const running = async (name: string, count: number): Promise<boolean> =>
    (await cluster.client.status(name))?.tasks.filter(({ state }) => state === 'RUNNING').length === count;
  const producers = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const name of names)
      for (const task of tasks) found.set(`${name}-${task}`, await topicProducer(cluster.topic(name, task)));
    return found;
  };
  const same = (before: Map<string, string>, after: Map<string, string>, moved: readonly string[]): void => {
    for (const [task, producer] of before) if (!moved.includes(task)) assert.equal(after.get(task), producer, task);
  };

  it('keep their start and their producer when other connectors come and change, and when workers join and leave', async () => {
    const readers: RecordReader[] = [];
    const gaps = new Map<string, Gaps>();
    try {
      for (const name of names)
        for (const task of tasks) {
          const gap = new Gaps();
          gaps.set(`${name}-${task}`, gap);
          const topic = cluster.topic(name, task);
          await Numbers.open(topic).then((numbers) => numbers.close());
          readers.push(
            await RecordReader.open(
              servers().kafka.bootstrap,
              topic,
              ({ timestampMs }) => (gap.appended(timestampMs), false),
            ),
          );
        }
      for (const name of names) await cluster.create(name, { 'counter.tasks': '2', 'counter.every.ms': '20' });
      for (const name of names) await until(() => running(name, 2), patientMs, `tasks of ${name}`);
      const first = await producers();

      let before = starts();
      await cluster.create('d');
      await until(() => running('d', 1), patientMs, 'another connector');
      assert.deepEqual(startedSince(before), ['d-0']);
      before = starts();
      await cluster.any.call('PUT', '/connectors/d/config', cluster.config('d', { 'counter.every.ms': '30' }));
      await until(() => startedSince(before).length > 0, patientMs, 'its change');
      await until(() => running('d', 1), patientMs, 'the changed connector');
      assert.deepEqual(startedSince(before), ['d-0']);
      same(first, await producers(), []);

      for (const gap of gaps.values()) gap.take();
      await new Promise((resolve) => setTimeout(resolve, 2000)); // the window that the next is compared with
      const quiet = new Map([...gaps].map(([task, gap]) => [task, gap.take()]));
      // What the same work costs the neighbours when it has nothing to do with them but the machine.
      const stranger = await CounterCluster.start(1);
      await stranger.create('a', { 'counter.tasks': '2' });
      await stranger.owner('a', 1);
      await goOn(gaps);
      const control = new Map([...gaps].map(([task, gap]) => [task, gap.take()]));
      await stranger.close();
      await goOn(gaps);
      for (const gap of gaps.values()) gap.take();
      before = starts();
      const joining = new Date();
      const joined = await cluster.add();
      await until(() => joined.said('task: running').length >= 2, patientMs, 'tasks on the new worker');
      const moved = startedSince(before);
      assert.equal(moved.length, 2, `seven tasks on three workers: two move, ${moved.join(', ')}`);
      await goOn(gaps);
      same(first, await producers(), moved);
      for (const [task, gap] of gaps)
        console.log(
          `      ${task}${moved.includes(task) ? ' (moved)' : ''}: longest gap until ${gap.endedAt - joining.getTime()}: ${gap.take()} ms, before ${quiet.get(task) ?? 0} ms, while a worker of another cluster started ${control.get(task) ?? 0} ms`,
        );

      for (const task of moved) console.log(`      ${task}: ${moveTimeline(task, cluster.workers, joining)}`);

      before = starts();
      const second = await producers();
      for (const gap of gaps.values()) gap.take();
      const leaving = new Date();
      joined.kill('SIGTERM');
      await joined.ended();
      await until(() => startedSince(before).length >= 2, patientMs, 'its tasks elsewhere');
      for (const name of names) await until(() => running(name, 2), patientMs, `tasks of ${name}`);
      assert.deepEqual(startedSince(before), moved);
      await goOn(gaps);
      same(second, await producers(), moved);
      for (const task of moved)
        if (gaps.has(task)) console.log(`      ${task}: gap at SIGTERM ${gaps.get(task)?.take() ?? 0} ms`);
      for (const task of moved) console.log(`      ${task}: ${moveTimeline(task, cluster.workers, leaving)}`);
    } finally {
      for (const reader of readers) await reader.close();
    }
  });
});
