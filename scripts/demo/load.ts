import pg from 'pg';
import type { PostgresAddress } from '../stack/postgres-server.ts';
import type { Change } from './change-ledger.ts';

export interface LoadOptions {
  readonly address: PostgresAddress;
  readonly table: string;
  readonly transactionsPerSecond: number;
}

/** How many keys are kept alive at once; deleted ones come back with a higher version. */
const KEYS = 500;

export const TABLE_DEFINITION = `(id integer PRIMARY KEY, version integer NOT NULL, note text NOT NULL, changed timestamptz NOT NULL)`;

/**
 * A steady load of transactions with inserts, updates and deletes on one table. Each change raises the version of its
 * key, so that a reader can tell what is missing, repeated or late. A transaction counts as written once its commit was answered.
 */
export class Load {
  readonly written: Change[] = [];
  readonly #options: LoadOptions;
  #client: pg.Client;
  /** Newest version and whether the row exists, by key. */
  readonly #rows = new Map<number, { version: number; alive: boolean }>();
  #seed = 42;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#client = this.#newClient();
  }

  #newClient(): pg.Client {
    const client = new pg.Client(this.#options.address);
    client.on('error', () => undefined); // the query in progress rejects too, and `stop` reports that
    return client;
  }

  /** Creates the table; replica identity full, so that deletes carry the version they delete. */
  async prepare(): Promise<void> {
    await this.#client.connect();
    await this.#client.query(`CREATE TABLE ${this.#options.table} ${TABLE_DEFINITION}`);
    await this.#client.query(`ALTER TABLE ${this.#options.table} REPLICA IDENTITY FULL`);
  }

  start(): void {
    this.#running = this.#run();
    this.#running.catch(() => undefined); // reported by stop()
  }

  /** Ends after the transaction in progress and writes one last row, the reader's sign that everything before has come. */
  async stop(): Promise<Change> {
    this.#stopped = true;
    await this.#running;
    const last: Change = { key: '-1', version: 1, op: 'c' };
    await this.#client.query(`INSERT INTO ${this.#options.table} VALUES (-1, 1, 'the end', now())`);
    this.written.push(last);
    await this.#client.end();
    return last;
  }

  /** Ends after the transaction in progress and leaves the database, so that it can be restarted. */
  async pause(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#client.end();
  }

  /** Ends without a last row; harmless when it has ended already. */
  async abandon(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
    await this.#client.end().catch(() => undefined);
  }

  async resume(): Promise<void> {
    this.#client = this.#newClient();
    await this.#client.connect();
    this.#stopped = false;
    this.start();
  }

  /** The table as it stands, key to version. */
  static async tableContents(address: PostgresAddress, table: string): Promise<Map<string, number>> {
    const client = new pg.Client(address);
    await client.connect();
    try {
      const { rows } = await client.query<{ id: number; version: number }>(`SELECT id, version FROM ${table}`);
      return new Map(rows.map(({ id, version }) => [String(id), version]));
    } finally {
      await client.end();
    }
  }

  async #run(): Promise<void> {
    const begin = performance.now();
    for (let count = 1; !this.#stopped; count += 1) {
      await this.#transaction();
      const due = begin + (count * 1000) / this.#options.transactionsPerSecond;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #transaction(): Promise<void> {
    const changes: Change[] = [];
    await this.#client.query('BEGIN');
    const count = 1 + (this.#random() % 5);
    for (let i = 0; i < count; i += 1) changes.push(await this.#change(this.#random() % KEYS));
    await this.#client.query('COMMIT');
    this.written.push(...changes);
  }

  async #change(id: number): Promise<Change> {
    const { table } = this.#options;
    const row = this.#rows.get(id) ?? { version: 0, alive: false };
    this.#rows.set(id, row);
    if (row.alive && this.#random() % 8 === 0) {
      row.alive = false;
      await this.#client.query(`DELETE FROM ${table} WHERE id = $1`, [id]);
      return { key: String(id), version: row.version, op: 'd' };
    }
    row.version += 1;
    const note = `version ${row.version} of ${id}`;
    if (row.alive) {
      await this.#client.query(`UPDATE ${table} SET version = $2, note = $3, changed = now() WHERE id = $1`, [
        id,
        row.version,
        note,
      ]);
      return { key: String(id), version: row.version, op: 'u' };
    }
    row.alive = true;
    await this.#client.query(`INSERT INTO ${table} VALUES ($1, $2, $3, now())`, [id, row.version, note]);
    return { key: String(id), version: row.version, op: 'c' };
  }

  /** A fixed sequence (linear congruential, Numerical Recipes): a run that fails can be repeated. */
  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed >>> 8;
  }
}
