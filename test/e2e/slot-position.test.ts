import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const POLL_MS = 100;

/** Settles when the slot's confirmed position has reached the LSN. */
async function untilConfirmed(slot: string, lsn: string, timeoutMs: number): Promise<void> {
  const { postgres } = servers();
  const end = performance.now() + timeoutMs;
  for (;;) {
    const [row] = await sql(
      postgres,
      `SELECT confirmed_flush_lsn >= '${lsn}'::pg_lsn AS there FROM pg_replication_slots WHERE slot_name = '${slot}'`,
    );
    if (row?.['there'] === true) return;
    assert.ok(performance.now() < end, `the slot did not reach ${lsn} in ${timeoutMs} ms`);
    await delay(POLL_MS);
  }
}

async function currentLsn(): Promise<string> {
  const [row] = await sql(servers().postgres, 'SELECT pg_current_wal_lsn()::text AS lsn');
  return String(row?.['lsn']);
}

describe('position of the slot', () => {
  it('moves while only other tables and other databases write', async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start();
    const name = uniqueName('idle');
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY); CREATE TABLE ${name}_other (id int PRIMARY KEY)`);
    await sql(postgres, `CREATE DATABASE ${name}_db`);
    await cluster.client.create(name, tableConnector(postgres, name, name, { 'status.update.interval.ms': '500' }));
    await cluster.client.untilRunning(name, 40_000);
    await sql(postgres, `INSERT INTO ${name} VALUES (1)`);
    const reader = await openWhenThere(kafka.bootstrap, `${name}.public.${name}`);
    await reader.until((records) => records.length === 1);
    await sql(postgres, `INSERT INTO ${name}_other SELECT generate_series(1, 20000)`);
    await untilConfirmed(name, await currentLsn(), 20_000);
    await sql(postgres, `CREATE TABLE elsewhere AS SELECT generate_series(1, 20000) AS id`, `${name}_db`);
    await untilConfirmed(name, await currentLsn(), 20_000);
    await reader.close();
    await cluster.client.delete(name);
    await cluster.close();
  });
});

/** The connector creates the topic at its first record. */
async function openWhenThere(bootstrap: string, topic: string): Promise<RecordReader> {
  const end = performance.now() + 20_000;
  for (;;) {
    try {
      return await RecordReader.open(bootstrap, topic);
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(POLL_MS);
    }
  }
}
