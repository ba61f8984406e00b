import pg from 'pg';
import type { PostgresAddress } from '../scripts/stack/postgres-server.ts';

/** The table of all benchmarks: seven columns of the usual types, about 200 bytes a row. */
export const SEVEN_COLUMNS = `(
  id bigint PRIMARY KEY,
  name text NOT NULL,
  amount numeric(12,2) NOT NULL,
  quantity integer NOT NULL,
  updated_at timestamptz NOT NULL,
  attributes jsonb NOT NULL,
  note text
)`;

/** Rows with ids from..to of that table, as a SELECT. */
function rows(from: string, to: string): string {
  return `SELECT i, 'customer number ' || i, (i % 100000) / 100.0, i % 1000, clock_timestamp(),
    jsonb_build_object('colour', 'green', 'size', i % 40, 'tags', jsonb_build_array('a', 'b')),
    repeat('x', 60) || i FROM generate_series(${from}, ${to}) i`;
}

async function withClient<T>(address: PostgresAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function createTable(address: PostgresAddress, table: string): Promise<void> {
  await withClient(address, (client) => client.query(`CREATE TABLE ${table} ${SEVEN_COLUMNS}`));
}

/** A slot and its publication, created before the rows: each holds the same backlog. */
export async function createSlot(address: PostgresAddress, slot: string, table: string): Promise<void> {
  await withClient(address, async (client) => {
    await client.query(`CREATE PUBLICATION ${slot} FOR TABLE ${table}`);
    await client.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
  });
}

/** Drops slot and publication once nobody reads them any more. */
export async function dropSlot(address: PostgresAddress, slot: string): Promise<void> {
  await withClient(address, async (client) => {
    await client.query(
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active`,
      [slot],
    );
    const end = performance.now() + 10_000;
    for (;;) {
      const { rows: found } = await client.query<{ active: boolean }>(
        `SELECT active FROM pg_replication_slots WHERE slot_name = $1`,
        [slot],
      );
      if (found[0]?.active !== true || performance.now() > end) break;
    }
    await client.query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1`, [
      slot,
    ]);
    await client.query(`DROP PUBLICATION IF EXISTS ${slot}`);
  });
}

/** Commits `count` rows in transactions of `commitRows`, on the server itself. */
export async function insertRows(
  address: PostgresAddress,
  table: string,
  count: number,
  commitRows: number,
): Promise<void> {
  await withClient(address, (client) =>
    client.query(`DO $$ BEGIN
      FOR n IN 0..${Math.ceil(count / commitRows) - 1} LOOP
        INSERT INTO ${table} ${rows(`n * ${commitRows} + 1`, `least((n + 1) * ${commitRows}, ${count})`)};
        COMMIT;
      END LOOP;
    END $$`),
  );
}

/** Inserts rows at a steady pace, so many a commit, until stopped. */
export async function insertSteadily(
  address: PostgresAddress,
  options: { table: string; rowsPerSecond: number; commitRows: number; seconds: number },
): Promise<number> {
  const { table, rowsPerSecond, commitRows, seconds } = options;
  return withClient(address, async (client) => {
    const begin = performance.now();
    const statement = { name: 'load', text: `INSERT INTO ${table} ${rows('$1::bigint', '$2::bigint')}` };
    const total = rowsPerSecond * seconds;
    let written = 0;
    while (written < total) {
      const due = begin + (written / rowsPerSecond) * 1000;
      const wait = due - performance.now();
      if (wait > 0.5) await new Promise((resolve) => setTimeout(resolve, wait));
      await client.query({ ...statement, values: [written + 1, written + commitRows] });
      written += commitRows;
    }
    return written;
  });
}
