import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadedConnector } from '../support/loaded-connector.ts';
import { servers } from '../support/servers.ts';
import { sql, TestCluster } from '../support/test-cluster.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';

async function confirmedLsn(postgres: PostgresServer, slot: string): Promise<string> {
  const [row] = await sql(
    postgres,
    `SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = '${slot}'`,
  );
  return String(row?.['lsn']);
}

describe('outages', () => {
  it('the slot does not move while changes wait for a stopped broker, and nothing is lost when it comes back', async () => {
    const { stack, postgres } = servers();
    const kafka = await stack.start('kafka', { as: 'kafka-outage' });
    const cluster = await TestCluster.start({ bootstrap: kafka.bootstrap });
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
    try {
      await connector.more(300);
      await kafka.kill('SIGKILL');
      // What Kafka had taken before is confirmed within a second; after that nothing may be.
      await delay(3000);
      const first = await confirmedLsn(postgres, connector.name);
      const before = connector.load.written.length;
      // The promise is about time: 30 s of changes that nobody can store.
      await delay(30_000);
      assert.ok(connector.load.written.length > before + 1000, 'the load went on');
      assert.equal(await confirmedLsn(postgres, connector.name), first);
      await kafka.restart();
      await connector.more(500, 120_000);
      await connector.verify(120_000);
    } finally {
      await connector.close();
      await cluster.close();
      await kafka.close();
    }
  });

  it('loses and repeats nothing when the database is restarted, orderly and by a crash', async () => {
    const { stack, kafka } = servers();
    const postgres = await stack.start('postgres', { as: 'postgres-outage' });
    const cluster = await TestCluster.start();
    for (const how of ['orderly', 'crash'] as const) {
      const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
      await connector.more(200);
      await connector.load.pause();
      if (how === 'crash') await postgres.kill('SIGKILL');
      await postgres.restart();
      await connector.load.resume();
      await connector.more(200);
      await connector.verify();
      await connector.close();
    }
    await cluster.close();
    await postgres.close();
  });
});
