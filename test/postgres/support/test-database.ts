import pg from 'pg';
import type { PostgresAddress } from '../../../scripts/stack/postgres-server.ts';

let counter = 0;

/** A database of its own on a shared server, with the settings of a connector for it. Slots are named after the database. */
export class TestDatabase {
  readonly #address: PostgresAddress;
  readonly name: string;
  #client: pg.Client;

  private constructor(address: PostgresAddress, name: string, client: pg.Client) {
    this.#address = address;
    this.name = name;
    this.#client = client;
  }

  static async create(address: PostgresAddress): Promise<TestDatabase> {
    counter += 1;
    const name = `pgtest_${process.pid}_${counter}`;
    const admin = await connect(address, address.database);
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    return new TestDatabase(address, name, await connect(address, name));
  }

  static connectTo(address: PostgresAddress, database: string): Promise<pg.Client> {
    return connect(address, database);
  }

  /** Slot and publication have the name of the database. */
  config(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      'connector.class': 'postgres',
      'topic.prefix': this.name,
      'database.hostname': this.#address.host,
      'database.port': String(this.#address.port),
      'database.user': this.#address.user,
      'database.password': this.#address.password,
      'database.dbname': this.name,
      'slot.name': this.name,
      'publication.name': this.name,
      'snapshot.mode': 'no_data',
      'status.update.interval.ms': '200',
      'millrace.publication.allow.tables.without.identity': 'true',
      ...more,
    };
  }

  async sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    return (await this.#client.query<Record<string, unknown>>(text, values)).rows;
  }

  /** One value of one row as text. */
  async value(text: string, values?: unknown[]): Promise<string> {
    const [row] = await this.sql(text, values);
    return String(Object.values(row ?? {})[0]);
  }

  /** confirmed_flush_lsn of the connector's slot. */
  confirmed(): Promise<string> {
    return this.value('SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = $1', [this.name]);
  }

  /** Whether the slot stands at the place or behind it. */
  async hasConfirmed(lsn: string): Promise<boolean> {
    const query = 'SELECT confirmed_flush_lsn >= $2::pg_lsn FROM pg_replication_slots WHERE slot_name = $1';
    return (await this.value(query, [this.name, lsn])) === 'true';
  }

  /** Waits until the server has had two status messages of the connector that were sent after this moment. */
  async heardTwice(): Promise<void> {
    const query = 'SELECT max(reply_time) > $1::timestamptz FROM pg_stat_replication WHERE application_name LIKE $2';
    for (let times = 0; times < 2; times += 1) {
      const now = await this.value('SELECT clock_timestamp()::text');
      await until(async () => (await this.value(query, [now, `%${this.name}%`])) === 'true', 'a status message comes');
    }
  }

  /** A further session of the same user. */
  session(): Promise<pg.Client> {
    return connect(this.#address, this.name);
  }

  /** After a restart of the server. */
  async reconnect(): Promise<void> {
    await this.#client.end().catch(() => undefined);
    this.#client = await connect(this.#address, this.name);
  }

  /** Removes slot and database; whoever still uses them is disconnected. */
  async drop(): Promise<void> {
    await this.#client.end();
    const admin = await connect(this.#address, this.#address.database);
    await admin.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active_pid IS NOT NULL',
      [this.name],
    );
    await until(async () => {
      const { rows } = await admin.query<{ active: boolean }>(
        'SELECT active FROM pg_replication_slots WHERE database = $1 AND active',
        [this.name],
      );
      return rows.length === 0;
    }, 'the slots of the database are free');
    await admin.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1', [
      this.name,
    ]);
    // WITH (FORCE) is not known before PostgreSQL 13.
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [this.name]);
    await until(async () => {
      const { rows } = await admin.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1', [this.name]);
      return rows.length === 0;
    }, 'nobody uses the database');
    await admin.query(`DROP DATABASE ${this.name}`);
    await admin.end();
  }
}

async function connect(address: PostgresAddress, database: string): Promise<pg.Client> {
  const client = new pg.Client({ ...address, database });
  client.on('error', () => undefined); // tests stop servers; the next query tells
  await client.connect();
  return client;
}

const POLL_MS = 20;

/** Asks until the answer is yes; rejects naming what was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
