import pg from 'pg';
import { eventually, type Field } from './field.ts';
import { sendAgain } from './late-requests.ts';
import type { TestedConnector } from './tested-connector.ts';

/** Asks the database, past the proxy, until the answer is yes; it may be down for a while. `meanwhile`: done before each question. */
async function untilDatabase(
  field: Field,
  what: string,
  { sql, values }: { readonly sql: string; readonly values: readonly unknown[] },
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await eventually(field, what, async () => {
    await meanwhile();
    return (await ask(field, sql, values))?.['answer'] === true;
  });
}

/** The first row of the answer; rejects while the database is down. */
async function ask(
  field: Field,
  sql: string,
  values: readonly unknown[],
): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ ...field.database.address, connectionTimeoutMillis: 5000, query_timeout: 10_000 });
  client.on('error', () => undefined); // the query in progress rejects too
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    return rows[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Until all that is in the log by now was confirmed to the connector's slot, which means: is in Kafka. */
export async function untilConfirmed(field: Field, connector: TestedConnector): Promise<void> {
  const slot = connector.name;
  let end: unknown;
  await eventually(field, 'the end of the log was asked for', async () => {
    end = (await ask(field, 'SELECT pg_current_wal_insert_lsn()::text AS lsn', []))?.['lsn'];
    return typeof end === 'string';
  });
  const sql = 'SELECT confirmed_flush_lsn >= $2::pg_lsn AS answer FROM pg_replication_slots WHERE slot_name = $1';
  await untilDatabase(field, `everything was confirmed to the slot ${slot}`, { sql, values: [slot, end] }, () =>
    sendAgain(field, connector),
  );
}

/** Until the connector's publication has the table: a request of before that was carried out late may have stopped the connector. */
export async function untilPublished(field: Field, connector: TestedConnector, table: string): Promise<void> {
  const sql = 'SELECT true AS answer FROM pg_publication_tables WHERE pubname = $1 AND tablename = $2';
  await untilDatabase(field, `${table} was published`, { sql, values: [connector.name, table] }, () =>
    sendAgain(field, connector),
  );
}

/** Whoever still holds it, a frozen task host for instance, loses it. */
export async function dropSlot(field: Field, slot: string): Promise<void> {
  await eventually(field, `the slot ${slot} was dropped`, async () => {
    await ask(
      field,
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active',
      [slot],
    );
    await ask(field, 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
      slot,
    ]);
    return (await ask(field, 'SELECT 1 FROM pg_replication_slots WHERE slot_name = $1', [slot])) === undefined;
  });
}

/** Once, also when the answer to the first try is lost. */
export async function insertSignal(
  field: Field,
  table: string,
  { id, type, data }: { readonly id: string; readonly type: string; readonly data: string },
): Promise<void> {
  const sql = `INSERT INTO ${table} VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING true AS answer`;
  await untilDatabase(field, `the signal ${id} was written`, { sql, values: [id, type, data] });
}
