import type { RowImage } from './row-image.ts';
import type { SourceRecord } from './source-record.ts';
import type { TableSchema } from './table-schema.ts';

/** Debezium's marks of rows read in a snapshot; `false` for rows from the log. */
export type SnapshotMark =
  'true' | 'first' | 'first_in_data_collection' | 'last_in_data_collection' | 'last' | 'incremental' | 'false';

/** What all changes of one PostgreSQL transaction share (or all rows of a snapshot with the same mark). */
export interface PostgresTransaction {
  readonly source: 'postgresql';
  readonly database: string;
  /** 32-bit transaction id, unsigned; null outside a transaction (snapshot rows carry the snapshot's txid). */
  readonly xid: number | null;
  /** Microseconds since 1970-01-01 UTC: commit time, or the time of the snapshot. */
  readonly timeMicros: bigint;
  /** Start of the commit record; for a snapshot its LSN. */
  readonly commitLsn: bigint;
  /** End of the last transaction delivered before this one; null before the first. First element of `source.sequence`. */
  readonly previousCommitEnd: bigint | null;
  readonly snapshot: SnapshotMark;
}

/** One union member per source family. */
export type SourceTransaction = PostgresTransaction;

/** One changed row; `t`: the table was truncated (both images null). */
export interface RowChange {
  readonly kind: 'row';
  readonly op: 'c' | 'u' | 'd' | 'r' | 't';
  readonly table: TableSchema;
  /** The row before: complete with replica identity full; key columns only otherwise (`partialBefore`); null when not sent. */
  readonly before: RowImage | null;
  /** True when `before` holds values in the key columns only. */
  readonly partialBefore: boolean;
  readonly after: RowImage | null;
  readonly transaction: SourceTransaction;
  /** The change's own place in the log (PostgreSQL: its LSN), upper and lower 32 bits, unsigned. */
  readonly positionHigh: number;
  readonly positionLow: number;
  /** Place of the change within its transaction, from 1, counted before any filter. */
  readonly ordinal: number;
}

/** Says that the source is alive and where it stands; becomes a record on the heartbeat topic. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly timeMs: number;
}

/** A finished record of a connector that is no database: it goes through transforms and converters as it is. */
export interface RecordEvent {
  readonly kind: 'record';
  readonly record: SourceRecord;
}

export type ChangeEvent = RowChange | Heartbeat | RecordEvent;
