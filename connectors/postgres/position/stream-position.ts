import type { Lsn } from '../lsn.ts';

/** Debezium's name of the last message that a position covers. */
export type MessageType = 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE' | 'MESSAGE' | 'COMMIT';

/** Exactly which changes have been handed over. */
export interface StreamPosition {
  /** Every transaction whose commit record starts before this is handed over whole; replication starts here. */
  readonly done: Lsn;
  /** A transaction of which the first `ordinal` changes (counted before any filter) are handed over, the rest not. */
  readonly open: { readonly commit: Lsn; readonly ordinal: number } | null;
  /** For Debezium, which finds its place by LSN: the last one of which no change is outstanding. */
  readonly lsn: Lsn;
  readonly messageType: MessageType;
  /** Of the transaction that `lsn` belongs to; null before the first. */
  readonly xid: number | null;
  readonly timeMicros: bigint | null;
}

/** Where streaming begins, and what of the first transaction there was delivered before. */
export interface StartPoint {
  readonly done: Lsn;
  readonly resume: Resume;
}

export type Resume =
  /** At the border of two transactions. */
  | { readonly kind: 'boundary' }
  /** Ours: the first `ordinal` changes of the transaction with this commit record were delivered. */
  | { readonly kind: 'ordinal'; readonly commit: Lsn; readonly ordinal: number }
  /**
   * Debezium's: if the first transaction has this xid, its changes before `lsn` were delivered, and at `lsn` the first
   * `eventsAtLsn` (null: all of them).
   */
  | { readonly kind: 'lsn'; readonly xid: number; readonly lsn: Lsn; readonly eventsAtLsn: number | null };
