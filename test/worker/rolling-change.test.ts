import assert from 'node:assert/strict';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

const names = ['a', 'b'];

describe('a cluster that is changed worker by worker from disabled to preparing to enabled', function () {
  this.timeout(400_000);

  it('loses and repeats nothing on the way, and nothing afterwards when processes are killed', async () => {
    // Long enough for a machine that is busy: a worker that loses its membership repeats before `enabled`, as it may.
    const patient = { 'session.timeout.ms': '30000', 'task.shutdown.graceful.timeout.ms': '30000' };
    const key = 'exactly.once.source.support';
    const cluster = await CounterCluster.start(2, { ...patient, [key]: 'disabled' });
    const streams: Numbers[] = [];
    const all = (count: number) => Promise.all(streams.map((one) => one.more(count, patientMs)));
    try {
      for (const name of names) {
        streams.push(await Numbers.open(cluster.topic(name)));
        await cluster.create(name);
      }
      await all(20);
      for (const mode of ['preparing', 'enabled'])
        for (const worker of [...cluster.workers].filter(({ running }) => running)) {
          worker.kill('SIGTERM');
          assert.equal(await worker.ended(), 0);
          await cluster.add({ [key]: mode });
          await all(20);
        }
      for (const one of streams) one.verify();
      const running = cluster.workers.filter((worker) => worker.running);
      const pids = running.flatMap((worker) => worker.hosts());
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until(
        () => running.every((worker) => worker.hosts().every((pid) => !pids.includes(pid))),
        patientMs,
        'new hosts',
      );
      await all(50);
      for (const one of streams) one.verify();
    } finally {
      for (const one of streams) await one.close();
      await cluster.close();
    }
  });
});
