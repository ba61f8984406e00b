import assert from 'node:assert/strict';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';

const names = ['a', 'b', 'c'];

describe('a worker that joins', () => {
  let cluster: CounterCluster;

  /** The worker of every task that runs. */
  const owners = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const name of names)
      for (const { worker_id, state } of (await cluster.client.status(name))?.tasks ?? [])
        if (state === 'RUNNING') found.push(worker_id);
    return found;
  };
  const starts = (): number => cluster.workers.reduce((sum, worker) => sum + worker.said('task: starting').length, 0);

  before(async () => {
    cluster = await CounterCluster.start(2);
  });

  after(async () => {
    await cluster.close();
  });

  it('gets its share, and only what must move has stopped', async () => {
    for (const name of names) await cluster.create(name);
    await until(async () => (await owners()).length === 3, patientMs, 'three tasks running');
    const before = starts();
    const joined = await cluster.add();
    await until(async () => (await owners()).includes(joined.workerId), patientMs, 'a task on the new worker');
    await until(async () => new Set(await owners()).size === 3, patientMs, 'one task on each worker');
    assert.equal(starts() - before, 1);
  });
});
