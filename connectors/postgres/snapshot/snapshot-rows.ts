import type { PostgresTransaction, RowChange, SnapshotMark } from '../../change-event.ts';
import type { RowImage } from '../../row-image.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';

/** What all rows of a snapshot share. */
export interface SnapshotOrigin {
  readonly database: string;
  readonly xid: number;
  /** Where streaming begins afterwards. */
  readonly from: Lsn;
}

/** Rows that are read together: a table, or a part of one. */
export interface RowGroup {
  readonly table: TableSchema;
  readonly timeMicros: bigint;
  /** What its first row is the first of, and its last one the last of. */
  readonly first: 'all' | 'table' | null;
  readonly last: 'all' | 'table' | null;
}

/**
 * Gives each row of a snapshot Debezium's mark. It always holds the newest row back, since only the next one tells whether it
 * was the last of its group.
 */
export class SnapshotRows {
  readonly #origin: SnapshotOrigin;
  readonly #high: number;
  readonly #low: number;
  #events: RowChange[] = [];
  #group: RowGroup | undefined;
  #held: RowImage | undefined;
  #isFirst = true;
  #transaction: PostgresTransaction | undefined;
  #rows = 0;

  constructor(origin: SnapshotOrigin) {
    this.#origin = origin;
    this.#high = Number(origin.from >> 32n);
    this.#low = Number(origin.from & 0xffff_ffffn);
  }

  /** Rows of the group handed in so far. */
  get count(): number {
    return this.#rows;
  }

  /** Those of them that were taken, or are certain. */
  get released(): number {
    return this.#held === undefined ? this.#rows : this.#rows - 1;
  }

  begin(group: RowGroup): void {
    this.#group = group;
    this.#events = [];
    this.#held = undefined;
    this.#isFirst = true;
    this.#rows = 0;
  }

  add(row: RowImage): void {
    this.#release(null);
    this.#held = row;
    this.#rows += 1;
  }

  /** The events that are certain by now; with `end` all of the group. */
  take(end = false): RowChange[] {
    if (end) this.#release(this.#group?.last ?? null);
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  /** The same, with the row held back: it is not the last one as far as anybody knows. */
  takeHeld(): RowChange[] {
    this.#release(null);
    return this.take();
  }

  /** Makes an event of the row held back; `ends`: what it is the last of. */
  #release(ends: RowGroup['last']): void {
    const row = this.#held;
    if (row === undefined) return;
    const group = this.#group;
    if (group === undefined) throw new RangeError('a row before its group');
    this.#held = undefined;
    const begins = this.#isFirst ? group.first : null;
    this.#isFirst = false;
    this.#events.push({
      kind: 'row',
      op: 'r',
      table: group.table,
      before: null,
      partialBefore: false,
      after: row,
      transaction: this.#transactionOf(group.timeMicros, markOf(begins, ends)),
      positionHigh: this.#high,
      positionLow: this.#low,
      ordinal: this.#rows,
    });
  }

  /** One object for all rows with the same mark and time. */
  #transactionOf(timeMicros: bigint, snapshot: SnapshotMark): PostgresTransaction {
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
function markOf(begins: RowGroup['first'], ends: RowGroup['last']): SnapshotMark {
  if (ends === 'all') return 'last';
  if (begins === 'all') return 'first';
  if (ends === 'table') return 'last_in_data_collection';
  return begins === 'table' ? 'first_in_data_collection' : 'true';
}
