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
  /** The oldest transaction whose catalog rows the slot keeps, as it was looked at last; undefined: nobody looks. */
  readonly xmin?: number;
  /** The replication origin that the transaction came from, and the LSN of its commit there; undefined: it is of this server. */
  readonly origin?: { readonly name: string; readonly lsn: bigint };
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
  /** Set where `after` lacked values and they were looked for later; undefined: nobody looked, or there was nothing to look for. */
  readonly completed?: CompletedRow;
  /** A row of a snapshot may have shown this already: which rows that snapshot read cannot be told. */
  readonly mayRepeat?: true;
}

/** Columns that the source did not send with a change, by their index. */
export interface CompletedRow {
  /** Read later: the values may be newer than the change. */
  readonly reread: readonly number[];
  /** Not to be had. */
  readonly missing: readonly number[];
}

/** What somebody wrote into the log beside any table (PostgreSQL: pg_logical_emit_message). */
export interface LogicalMessage {
  readonly kind: 'message';
  /** Says whom the message is for. */
  readonly prefix: string;
  /** A part of the bytes it was received in, which may be overwritten once the batch is acknowledged. */
  readonly content: Buffer;
  /** False: it came outside of any transaction, and stays although the one that wrote it was rolled back; its xid is null then. */
  readonly transactional: boolean;
  readonly transaction: SourceTransaction;
  readonly positionHigh: number;
  readonly positionLow: number;
  /** Place among the changes of its transaction, which it shares the count with; 0 outside of one. */
  readonly ordinal: number;
}

/** Says that the source is alive and where it stands; becomes a record on the heartbeat topic. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly timeMs: number;
}

/** There is this table, in its published form: its topic is to be there, whether or not a record follows. */
export interface TableEvent {
  readonly kind: 'table';
  readonly schema: string | null;
  readonly table: string;
}

/** A finished record of a connector that is no database: it goes through transforms and converters as it is. */
export interface RecordEvent {
  readonly kind: 'record';
  readonly record: SourceRecord;
}

/** The begin or the end of a transaction of the source, for connectors that tell their consumers. */
export interface TransactionMark {
  readonly kind: 'transaction';
  readonly mark: 'begin' | 'end';
  readonly transaction: SourceTransaction;
  /** Of a begin: its first change; of an end: behind its commit record. */
  readonly positionHigh: number;
  readonly positionLow: number;
  /** A begin that was delivered in an earlier life of the task: what follows goes on counting. */
  readonly delivered: boolean;
}

/** What was delivered in an earlier life of the task. It is no change any more, and only counts within its transaction. */
export interface DeliveredEvent {
  readonly kind: 'delivered';
  readonly event: RowChange | LogicalMessage;
}

/** What comes out of the source's log, in its order. */
export type LogEvent = RowChange | LogicalMessage | TransactionMark | DeliveredEvent;

/** Events about no table, each with a topic of its kind. */
export type SideEvent = LogicalMessage | TransactionMark | Heartbeat;

export type ChangeEvent = RowChange | SideEvent | DeliveredEvent | TableEvent | RecordEvent;
