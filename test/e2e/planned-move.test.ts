import { Gaps } from '../support/gaps.ts';
import { LoadedConnector } from '../support/loaded-connector.ts';
import { servers } from '../support/servers.ts';
import { TestCluster } from '../support/test-cluster.ts';

/** Long enough to see the usual gaps. */
const quietRecords = 200;

describe('a planned move of a PostgreSQL task', function () {
  this.timeout(300_000);

  it('goes on from a worker that lives to one that has joined, and back when that is stopped, with nothing lost or repeated', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start({ workers: 1 });
    const connectors: LoadedConnector[] = [];
    const gaps: Gaps[] = [];
    /** The index of the connector that runs on a worker, once there is one and everything has gone on since. */
    const movedTo = async (workerId: string): Promise<number> => {
      for (;;) {
        for (const [index, { name }] of connectors.entries())
          if ((await cluster.client.untilRunning(name, 60_000)) === workerId) return index;
      }
    };
    const figures = (what: string, moved: number): void => {
      for (const [index, gap] of gaps.entries())
        console.log(`      ${what}: ${index === moved ? 'moved' : 'stayed'}, longest gap ${gap.take()} ms`);
    };
    const allMore = async (count: number): Promise<void> => {
      for (const connector of connectors) await connector.more(count);
    };
    try {
      for (let index = 0; index < 2; index += 1) {
        const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
        const gap = new Gaps();
        connector.reader.listen((_, timestampMs) => gap.appended(timestampMs));
        connectors.push(connector);
        gaps.push(gap);
      }
      await allMore(quietRecords);
      for (const gap of gaps) gap.take();
      await allMore(quietRecords);
      figures('before', -1);

      const joined = await cluster.add();
      const moved = await movedTo(joined.workerId);
      await allMore(quietRecords);
      figures('a worker joined', moved);

      await joined.kill('SIGTERM');
      await allMore(quietRecords);
      await movedTo(cluster.workers[0]?.workerId ?? '');
      figures('a worker was stopped', moved);
      for (const connector of connectors) await connector.verify();
    } finally {
      for (const connector of connectors) await connector.close();
      await cluster.close();
    }
  });
});
