import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TABLE_DEFINITION } from '../demo/load.ts';
import type { PostgresAddress } from '../stack/postgres-server.ts';
import type { SeededRandom } from '../testing/seeded-random.ts';
import { TableLedger } from './table-ledger.ts';

export interface LoadPlan {
  /** Direct, past the proxy: the load is not what is tested. */
  readonly address: PostgresAddress;
  readonly tables: readonly TableLedger[];
  readonly transactionsPerSecond: number;
  readonly random: SeededRandom;
  /** Rows of the transaction that is bigger than all others. */
  readonly bigRows: number;
}

/** Few enough that most of them have a history. */
const KEYS = 300;
/** Keys that only big transactions write. */
const BIG_KEYS = 1_000_000;
/** Keys of the rows that a table may have from its beginning, so that a snapshot of it takes a while. */
const BULK_KEYS = 2_000_000;
const BULK_NOTE = 'y'.repeat(200);
const BIG_EVERY = 400;
const LONG_NOTE = 'x'.repeat(3000);
const RECONNECT_MS = 100;
/** Keys of the rows that are written last, below zero: so many that each partition of a topic gets some. */
const MARKERS = 24;

/**
 * Changes the tables of one connector by transactions over several of them: inserts, updates, deletes, changed keys, some rolled
 * back, a big one now and then. It outlives restarts of the database: each transaction writes its number
 * into a table of its own, so that a commit whose answer was lost can be looked up.
 */
export class ChaosLoad {
  readonly #plan: LoadPlan;
  #client: pg.Client | undefined;
  #stopped = false;
  #running: Promise<void> | undefined;
  #count = 0;
  #tables: readonly TableLedger[];
  /** Greatest number of bulk rows that one of the tables began with. */
  #bulkRows = 0;
  /** Of the newest transaction. */
  #number = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#tables = plan.tables;
  }

  /** The tables that it changes now. */
  get tables(): readonly TableLedger[] {
    return this.#tables;
  }

  get committed(): number {
    return this.#tables.reduce((sum, { committed }) => sum + committed.length, 0);
  }

  /** Creates the tables, with a few rows, and the first of them with many; only before anything else happens to the database. */
  async prepare(rows: number, bulkRows = 0): Promise<void> {
    const client = await this.#connected();
    await client.query(`CREATE TABLE ${this.#numbers} (number integer NOT NULL)`);
    await client.query(`INSERT INTO ${this.#numbers} VALUES (0)`);
    await this.#transaction(async (client) => {
      for (const [index, ledger] of this.#tables.entries()) {
        await this.#create(client, ledger, index === 0 ? bulkRows : 0);
        for (let id = 0; id < rows; id += 1) await this.#write(client, ledger, id);
      }
      return 'COMMIT';
    });
  }

  /** Creates one more table with so many rows, and changes it from now on, too. */
  async addTable(ledger: TableLedger, bulkRows: number): Promise<void> {
    await this.stop();
    this.#tables = [...this.#tables, ledger];
    const create = async (client: pg.Client): Promise<'COMMIT'> => {
      await this.#create(client, ledger, bulkRows);
      return 'COMMIT';
    };
    while ((await this.#transaction(create)) === 'aborted');
    this.start();
  }

  /** Goes on with the same tables, noting what it does to them elsewhere; only while it is stopped. */
  noteIn(tables: readonly TableLedger[]): void {
    this.#tables = tables;
  }

  /** Replica identity full, so that deletes carry the version they delete. */
  async #create(client: pg.Client, ledger: TableLedger, bulkRows: number): Promise<void> {
    await client.query(`CREATE TABLE ${ledger.table} ${TABLE_DEFINITION}`);
    await client.query(`ALTER TABLE ${ledger.table} REPLICA IDENTITY FULL`);
    this.#bulkRows = Math.max(this.#bulkRows, bulkRows);
    for (let row = 0; row < bulkRows; row += 1) ledger.write(BULK_KEYS + row);
    await client.query(
      `INSERT INTO ${ledger.table} SELECT id, 1, $1, now() FROM generate_series($2::int, $3::int) AS id`,
      [BULK_NOTE, BULK_KEYS, BULK_KEYS + bulkRows - 1],
    );
  }

  start(): void {
    this.#stopped = false;
    this.#running = this.#run();
    this.#running.catch(() => undefined); // reported by stop()
  }

  /** Ends after the transaction in progress. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Rows in every table that come after all others in each partition; only while it is stopped. */
  async writeMarkers(): Promise<void> {
    const write = async (client: pg.Client): Promise<'COMMIT'> => {
      for (const ledger of this.#tables)
        for (let marker = 1; marker <= MARKERS; marker += 1) await this.#write(client, ledger, -marker);
      return 'COMMIT';
    };
    while ((await this.#transaction(write)) === 'aborted');
  }

  /** Harmless when it has ended already. */
  async close(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const begin = performance.now();
      this.#count += 1;
      await this.#transaction((client) => (this.#count % BIG_EVERY === 0 ? this.#big(client) : this.#usual(client)));
      const wait = 1000 / this.#plan.transactionsPerSecond - (performance.now() - begin);
      if (wait > 1) await sleep(wait);
    }
  }

  /** One transaction, however often the database goes away meanwhile; it counts if and only if it was committed. */
  async #transaction(work: (client: pg.Client) => Promise<'COMMIT' | 'ROLLBACK'>): Promise<'committed' | 'aborted'> {
    const client = await this.#connected();
    this.#number += 1;
    let ending = false;
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE ${this.#numbers} SET number = $1`, [this.#number]);
      const end = await work(client);
      ending = end === 'COMMIT';
      await client.query(end);
      return this.#settle(ending ? 'committed' : 'aborted');
    } catch (error) {
      if (!connectionLost(error)) throw error;
      await client.end().catch(() => undefined);
      this.#client = undefined;
      return this.#settle(ending ? await this.#outcome() : 'aborted');
    }
  }

  /** Not captured. */
  get #numbers(): string {
    return `${this.#tables[0]?.table ?? ''}_numbers`;
  }

  #settle(outcome: 'committed' | 'aborted'): 'committed' | 'aborted' {
    for (const ledger of this.#tables) ledger.settle(outcome);
    return outcome;
  }

  /**
   * What became of a transaction whose commit was not answered. Not asked by its transaction id: an id that a crash kept out of
   * the write-ahead log is given to another transaction afterwards. The lock waits for a backend that has not noticed that we are gone.
   */
  async #outcome(): Promise<'committed' | 'aborted'> {
    for (;;) {
      try {
        const client = await this.#connected();
        const { rows } = await client.query<{ number: number }>(`SELECT number FROM ${this.#numbers} FOR UPDATE`);
        return rows[0]?.number === this.#number ? 'committed' : 'aborted';
      } catch (error) {
        if (!connectionLost(error)) throw error;
        this.#client = undefined;
        await sleep(RECONNECT_MS);
      }
    }
  }

  async #connected(): Promise<pg.Client> {
    while (this.#client === undefined) {
      const client = new pg.Client({ ...this.#plan.address, connectionTimeoutMillis: 5000 });
      client.on('error', () => undefined); // the query in progress, or the next one, rejects too
      try {
        await client.connect();
        this.#client = client;
      } catch {
        // refused while the database restarts
        await client.end().catch(() => undefined);
        await sleep(RECONNECT_MS);
      }
    }
    return this.#client;
  }

  async #usual(client: pg.Client): Promise<'COMMIT' | 'ROLLBACK'> {
    const { random } = this.#plan;
    const count = random.between(1, 6);
    for (let i = 0; i < count; i += 1) await this.#change(client, random.pick(this.#tables));
    return random.below(20) === 0 ? 'ROLLBACK' : 'COMMIT';
  }

  async #change(client: pg.Client, ledger: TableLedger): Promise<void> {
    const { random } = this.#plan;
    const isBulk = this.#bulkRows > 0 && random.below(4) === 0;
    const id = isBulk ? BULK_KEYS + random.below(this.#bulkRows) : random.below(KEYS);
    const dice = random.below(20);
    if (!ledger.row(id).alive || dice > 4) {
      await this.#write(client, ledger, id, dice === 19 ? LONG_NOTE : '');
    } else if (dice > 1) {
      ledger.remove(id);
      await client.query(`DELETE FROM ${ledger.table} WHERE id = $1`, [id]);
    } else {
      await this.#rename(client, ledger, id, random.below(KEYS));
    }
  }

  /** An insert or an update. */
  async #write(client: pg.Client, ledger: TableLedger, id: number, more = ''): Promise<void> {
    const { alive } = ledger.row(id);
    const version = ledger.write(id);
    const values = [id, version, `version ${version} of ${id} ${more}`];
    await client.query(
      alive
        ? `UPDATE ${ledger.table} SET version = $2, note = $3, changed = now() WHERE id = $1`
        : `INSERT INTO ${ledger.table} VALUES ($1, $2, $3, now())`,
      values,
    );
  }

  /** A row gets another key: for a reader the old one is deleted and the new one created. */
  async #rename(client: pg.Client, ledger: TableLedger, from: number, to: number): Promise<void> {
    if (ledger.row(to).alive) return;
    ledger.remove(from);
    const version = ledger.write(to);
    await client.query(`UPDATE ${ledger.table} SET id = $2, version = $3 WHERE id = $1`, [from, to, version]);
  }

  async #big(client: pg.Client): Promise<'COMMIT' | 'ROLLBACK'> {
    const { random, bigRows } = this.#plan;
    const ledger = random.pick(this.#tables);
    const versions: number[] = [];
    for (let id = BIG_KEYS; id < BIG_KEYS + bigRows; id += 1) versions.push(ledger.write(id));
    // All of them are always written together, so they have one version.
    await client.query(
      `INSERT INTO ${ledger.table} SELECT id, $1, 'big', now() FROM generate_series($2::int, $3::int) AS id
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, changed = excluded.changed`,
      [versions[0], BIG_KEYS, BIG_KEYS + bigRows - 1],
    );
    return 'COMMIT';
  }
}

/** Lost connections, and the states in which PostgreSQL ends sessions or takes none (SQLSTATE 57P01 to 57P03). */
function connectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!('code' in error) || typeof error.code !== 'string') return true; // node-postgres: "Connection terminated …"
  return /^(57P0|08|E[A-Z]+$)/.test(error.code);
}
