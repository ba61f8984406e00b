import type { PostgresTransaction, RowChange, SnapshotMark } from '../../change-event.ts';
import type { RowImage } from '../../row-image.ts';
import type { TableRows } from '../../source-progress.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';

/** Beyond so many tables their rows are counted together only: the counts go to the worker every second. */
const MAX_TABLES_COUNTED = 200;

/** What all rows of a snapshot share. */
export interface SnapshotOrigin {
  readonly database: string;
  readonly xid: number;
  /** Where streaming begins afterwards. */
  readonly from: Lsn;
}

interface Held {
  readonly table: TableSchema;
  readonly row: RowImage;
  readonly isFirstOfAll: boolean;
  readonly isFirstOfTable: boolean;
  readonly timeMicros: bigint;
}

/**
 * Gives each row of a snapshot Debezium's mark. It always holds the newest row back, since only the next one tells whether it
 * was the last of its table or of all.
 */
export class SnapshotRows {
  readonly #origin: SnapshotOrigin;
  readonly #high: number;
  readonly #low: number;
  #events: RowChange[] = [];
  #held: Held | undefined;
  #transaction: PostgresTransaction | undefined;
  #table: TableSchema | undefined;
  #timeMicros = 0n;
  #tableRows = 0;
  #rows = 0;
  /** Rows of the tables before this one. */
  readonly #earlier: TableRows[] = [];

  constructor(origin: SnapshotOrigin) {
    this.#origin = origin;
    this.#high = Number(origin.from >> 32n);
    this.#low = Number(origin.from & 0xffff_ffffn);
  }

  /** Rows handed in so far, of all tables. */
  get count(): number {
    return this.#rows;
  }

  /** The same by table, of the first tables. */
  get byTable(): readonly TableRows[] {
    const current = this.#tableCount();
    return current === undefined ? [...this.#earlier] : [...this.#earlier, current];
  }

  beginTable(table: TableSchema, timeMicros: bigint): void {
    const before = this.#tableCount();
    if (before !== undefined) this.#earlier.push(before);
    this.#table = table;
    this.#timeMicros = timeMicros;
    this.#tableRows = 0;
  }

  add(row: RowImage): void {
    const table = this.#table;
    if (table === undefined) throw new RangeError('a row before its table');
    this.#release(this.#tableRows === 0 ? 'table' : 'row');
    this.#held = {
      table,
      row,
      isFirstOfAll: this.#rows === 0,
      isFirstOfTable: this.#tableRows === 0,
      timeMicros: this.#timeMicros,
    };
    this.#rows += 1;
    this.#tableRows += 1;
  }

  /** The events that are certain by now; with `end` all of them, the last one marked so. */
  take(end = false): RowChange[] {
    if (end) this.#release('all');
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  /** Undefined: there is none, or too many before it. */
  #tableCount(): TableRows | undefined {
    if (this.#table === undefined || this.#earlier.length >= MAX_TABLES_COUNTED) return undefined;
    const { schema, table } = this.#table;
    return { table: schema === null ? table : `${schema}.${table}`, rows: this.#tableRows };
  }

  /** Makes an event of the row held back; `ends`: what it was the last of, a single row being the last of nothing. */
  #release(ends: 'row' | 'table' | 'all'): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#events.push({
      kind: 'row',
      op: 'r',
      table: held.table,
      before: null,
      partialBefore: false,
      after: held.row,
      transaction: this.#transactionOf(held, markOf(held, ends)),
      positionHigh: this.#high,
      positionLow: this.#low,
      ordinal: this.#rows,
    });
  }

  /** One object for all rows with the same mark and time. */
  #transactionOf({ timeMicros }: Held, snapshot: SnapshotMark): PostgresTransaction {
    if (this.#transaction?.snapshot === snapshot && this.#transaction.timeMicros === timeMicros)
      return this.#transaction;
    const { database, xid, from } = this.#origin;
    this.#transaction = {
      source: 'postgresql',
      database,
      xid,
      timeMicros,
      commitLsn: from,
      previousCommitEnd: null,
      snapshot,
    };
    return this.#transaction;
  }
}

/** In Debezium's order (RelationalSnapshotChangeEventSource.setSnapshotMarker): last, first, last of table, first of table. */
function markOf({ isFirstOfAll, isFirstOfTable }: Held, ends: 'row' | 'table' | 'all'): SnapshotMark {
  if (ends === 'all') return 'last';
  if (isFirstOfAll) return 'first';
  if (ends === 'table') return 'last_in_data_collection';
  return isFirstOfTable ? 'first_in_data_collection' : 'true';
}
