import type { ChangeEvent } from './change-event.ts';

/** Flat values only: a nested one makes the Java offset reader return no offset at all. 64-bit integers as bigint. */
export type OffsetValue = string | number | bigint | boolean | null;
/** Which part of a source an offset belongs to, e.g. `{server: 'inv'}`. Member order is part of the stored key. */
export type SourcePartition = Readonly<Record<string, OffsetValue>>;
/** A place in the source in the connector's (Debezium's) own terms, e.g. `{lsn: 88413320n, txId: 771}`. */
export type SourceOffset = Readonly<Record<string, OffsetValue>>;

/**
 * What a connector hands over at once: events in source order and the offsets that are reached when all of them are in
 * Kafka. A batch without events moves offsets only. The whole batch goes into one Kafka transaction.
 */
export interface ChangeBatch {
  readonly events: readonly ChangeEvent[];
  /** Newest offset per source partition after the last event; null value: forget the offset (tombstone). */
  readonly offsets: readonly { readonly partition: SourcePartition; readonly offset: SourceOffset | null }[];
  /**
   * More of what belongs together follows: it gets a transaction of its own, however large, up to and with the first batch without
   * this (where that says `transaction: 'abort'`: all of it is dropped), and none when the task ends first. For a chunk of a
   * snapshot. Without effect where the connector defines the boundaries.
   */
  readonly continues?: boolean;
  /** Memory that the batch keeps alive, for the task's bound. */
  readonly bytes: number;
  /**
   * Ends the open transaction with this batch; heeded where the connector defines the boundaries (`definesTransactions`), and at
   * the end of batches that belong together.
   * `abort`: the transaction's records are dropped, and its offsets are stored all the same: they count as processed (KIP-618).
   */
  readonly transaction?: 'commit' | 'abort';
}
