import { LoadedConnector } from '../support/loaded-connector.ts';
import { servers } from '../support/servers.ts';
import { TestCluster } from '../support/test-cluster.ts';

describe('take-over under load', () => {
  it('loses, repeats and reorders nothing when the worker is killed in the middle of a transaction', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
    try {
      await connector.more(300);
      // At 100 transactions a second one is open nearly always, so the kill leaves one behind for the successor to abort.
      await (await cluster.owner(connector.name)).kill('SIGKILL');
      await connector.more(300);
      await connector.verify();
    } finally {
      await connector.close();
      await cluster.close();
    }
  });

  it('a worker frozen past its session that wakes up after its task has moved writes nothing more', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
    try {
      await connector.more(300);
      const frozen = await cluster.owner(connector.name);
      await frozen.kill('SIGSTOP');
      cluster.workers.splice(cluster.workers.indexOf(frozen), 1);
      // Its task host is not frozen, but its lease runs out; the successor goes on.
      await connector.more(600);
      await frozen.kill('SIGCONT');
      cluster.workers.push(frozen);
      await connector.more(300);
      await connector.verify();
    } finally {
      await connector.close();
      await cluster.close();
    }
  });

  it('a worker that is stopped with SIGTERM hands its task over without waiting for its session to end', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start({ workers: 2, properties: { 'session.timeout.ms': '30000' } });
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
    try {
      await connector.more(200);
      await (await cluster.owner(connector.name)).kill('SIGTERM');
      // Far less than the session of 30 s.
      await connector.more(200, 15_000);
      await connector.verify();
    } finally {
      await connector.close();
      await cluster.close();
    }
  });
});
