import type { Cluster } from '../cluster.ts';
import type { Compression } from './compression.ts';
import type { OnTooLarge } from './too-large-record.ts';
import type { TopicSender } from './topic-sender.ts';

export interface SenderOptions {
  /** Not closed by the sender. Long polls on the same connections would hold up its requests. */
  readonly cluster: Cluster;
  /** Undefined: idempotent, without transactions. */
  readonly transactionalId: string | undefined;
  readonly transactionTimeoutMs: number;
  readonly compression: Compression;
  /**
   * Bytes at which a batch is closed, before compression; while its partition waits for an answer up to four times
   * that.
   */
  readonly batchBytes: number;
  /** How long a record waits for more of its partition; a commit ends the wait. */
  readonly lingerMs: number;
  /** A batch or a transaction's call without a definite answer for so long ends the sender. */
  readonly deliveryTimeoutMs: number;
  /** A request without an answer for so long ends its connection and is sent again. */
  readonly requestTimeoutMs: number;
  readonly maxRequestBytes: number;
  /**
   * The lease: asked before every Produce, AddPartitionsToTxn and EndTxn(commit); false ends the sender with
   * LEASE_LOST.
   */
  readonly mayWrite: () => boolean;
}

export interface TopicOptions {
  readonly signal: AbortSignal;
  /** Lets the brokers create it, if they are set up to. */
  readonly autoCreate?: boolean;
  readonly onTooLarge?: OnTooLarge | undefined;
}

/** An offset record that a commit writes; keys and values are copied. */
export interface CommitOffset {
  readonly topic: TopicSender;
  readonly key: Buffer;
  readonly value: Buffer | null;
}
