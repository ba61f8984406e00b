import type { ConnectorError } from '../../errors/connector-error.ts';
import type { BrokerConnection } from '../broker-connection.ts';
import { BATCH_HEADER_BYTES } from './batch-header.ts';
import type { BatchLimit } from './batch-limit.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { CommitRound } from './commit-round.ts';
import { codecFor, type Compression } from './compression.ts';
import type { EncodedRecord } from './encoded-record.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { RecordBatchBuilder } from './record-batch-builder.ts';
import { contentBytes, contentOf, type RecordContent } from './record-content.ts';
import { REQUEST_OVERHEAD } from './request-plan.ts';
import { SealedBatch } from './sealed-batch.ts';
import { sequenceAfter } from './sequence.ts';
import { refusedInDoubt, tooLarge, type OnTooLarge } from './too-large-record.ts';

/** What all queues of one topic share. */
export interface QueueSettings {
  readonly topic: string;
  readonly limit: BatchLimit;
  readonly pool: BufferPool;
  readonly compression: Compression;
  readonly transactional: boolean;
  readonly maxRequestBytes: number;
  /** Records that Kafka does not take because of their size are left out; undefined: they end the sender. */
  readonly onTooLarge?: OnTooLarge | undefined;
  /** A batch was begun: it wants to leave after the linger time. */
  readonly onBegun: (queue: PartitionQueue) => void;
  /** A batch became ready by itself: full, or compressed by now. */
  readonly onReady: (queue: PartitionQueue) => void;
  readonly onBroken: (error: unknown) => void;
}

/** A round of queues. */
export type QueueRound = CommitRound<PartitionQueue>;

interface OpenBatch {
  readonly builder: RecordBatchBuilder;
  readonly round: QueueRound;
}

// More than a record's bytes beside key and value, unless it has headers.
const RECORD_OVERHEAD = 32;

/**
 * The records of one partition on their way out: batches leave in the order in which their records were appended, one
 * at a time, each with the sequence number after the one before.
 */
export class PartitionQueue {
  readonly partition: number;
  readonly #settings: QueueSettings;
  readonly #sealed: SealedBatch[] = [];
  /** Records with more content are left out before they join a batch: nothing can make them fit. */
  readonly #maxContentBytes: number;
  #open: OpenBatch | undefined;
  #expectedBytes = 0;
  #sequence = 0;
  #away = false;
  /** Whether an attempt at the first batch, or at the one that it is a part of, was sent and got no definite answer. */
  #inDoubt = false;

  /** Performance-clock time from which the open batch wants to leave, full or not; Infinity without one. */
  leavesAt = Infinity;
  /** The connection to the partition's leader as far as known. */
  leader: BrokerConnection | undefined;
  /** Whether the leader has to be looked up anew before the next attempt. */
  leaderIsStale = false;
  /** Failed attempts since the last definite answer. */
  failures = 0;
  /** True while an attempt is being prepared or waits for its back-off. */
  waits = false;

  constructor(partition: number, settings: QueueSettings) {
    this.partition = partition;
    this.#settings = settings;
    const { onTooLarge, compression, maxRequestBytes } = settings;
    this.#maxContentBytes =
      onTooLarge === undefined || compression !== 'none'
        ? Infinity
        : maxRequestBytes - REQUEST_OVERHEAD - BATCH_HEADER_BYTES;
  }

  get topic(): string {
    return this.#settings.topic;
  }

  append(record: EncodedRecord, round: QueueRound): void {
    const size = contentBytes(record);
    if (size > this.#maxContentBytes) {
      const { maxRequestBytes, compression } = this.#settings;
      const taken = { bytes: size + BATCH_HEADER_BYTES, compression };
      this.#tell(tooLarge(this, taken, `max.request.size of ${maxRequestBytes} bytes`), () => contentOf(record));
      return;
    }
    let open = this.#open;
    if (open !== undefined && (open.round !== round || !this.#fits(open, size))) {
      this.seal();
      this.#settings.onReady(this);
      open = undefined;
    }
    open ??= this.#begin(round);
    round.bytes += open.builder.append(record);
  }

  /** Closes the open batch, if there is one: nothing is added to it any more. */
  seal(): void {
    if (this.#open === undefined) return;
    const { builder, round } = this.#open;
    const { pool, compression, transactional, limit, onReady, onBroken } = this.#settings;
    const { length, count, timestamp, maxTimestamp } = builder;
    this.#open = undefined;
    this.leavesAt = Infinity;
    this.#expectedBytes = length;
    const { batch, compressed } = SealedBatch.seal(
      { round, compression: codecFor(compression, length), transactional, timestamp, maxTimestamp },
      { buffer: builder.finish(), length, count, pool },
    );
    this.#sealed.push(batch);
    round.sealed(1);
    if (compressed === undefined) limit.compressed(length, batch.bytes.length);
    else
      compressed.then(() => {
        limit.compressed(length, batch.bytes.length);
        onReady(this);
      }, onBroken);
  }

  /** The batch that may leave now; undefined when there is none, or another one is on its way. */
  next(now: number): SealedBatch | undefined {
    if (this.#away || this.waits) return undefined;
    if (this.#sealed.length === 0 && this.leavesAt <= now && this.#open?.round.mayLeave === true) this.seal();
    const [head] = this.#sealed;
    return head?.ready === true && head.origin.round.mayLeave ? head : undefined;
  }

  /** Marks the batch of `next` as on its way and gives it its number. */
  depart(identity: ProducerIdentity): SealedBatch {
    const batch = this.#head();
    batch.number(identity, this.#sequence);
    this.#away = true;
    return batch;
  }

  /** The batch on its way has no definite answer: the same bytes have to leave again. */
  returned(): void {
    this.#inDoubt ||= this.#away;
    this.#away = false;
  }

  /** Kafka holds the batch on its way. */
  acknowledged(): void {
    const batch = this.#head();
    this.#sealed.shift();
    this.#away = false;
    this.#inDoubt = false;
    this.failures = 0;
    this.#sequence = sequenceAfter(this.#sequence, batch.count);
    batch.release(this.#settings.pool);
    batch.origin.round.acknowledged(batch.recordBytes);
  }

  /**
   * The first batch was refused as too large and is not in Kafka: its records become two batches with the same
   * numbering.
   */
  split(): void {
    const batch = this.#head();
    this.#settings.limit.refused(batch.bytes.length);
    const parts = batch.split();
    this.#sealed.splice(0, 1, ...parts);
    this.#away = false;
    batch.release(this.#settings.pool);
    batch.origin.round.sealed(parts.length - 1);
  }

  /**
   * The first batch holds one record, which Kafka does not take since it is above this limit: goes on without it, or
   * throws where nothing may be left out. The next batch gets its number: a broker looks at the size before the
   * numbering, so a refused batch has left no trace there (UnifiedLog.append of Apache Kafka: the size is checked in
   * analyzeAndValidateRecords, repetitions and gaps in analyzeAndValidateProducerState behind it). Only an attempt
   * without an answer may have been taken all the same, under a limit that was lowered since; the next batch would then
   * pass for its repetition and be lost.
   */
  leaveOut(limit: string): void {
    const batch = this.#head();
    const { bytes, origin } = batch;
    const error = tooLarge(this, { bytes: bytes.length, compression: origin.compression }, limit);
    if (this.#settings.onTooLarge === undefined) throw error;
    if (this.#inDoubt) throw refusedInDoubt(this, error);
    this.#tell(error, () => batch.firstContent());
    this.#sealed.shift();
    this.#away = false;
    batch.release(this.#settings.pool);
    origin.round.acknowledged(batch.recordBytes);
  }

  /** The producer has a new epoch, whose numbering begins with 0. Only while nothing is on its way. */
  renumber(): void {
    this.#sequence = 0;
  }

  #head(): SealedBatch {
    const [head] = this.#sealed;
    if (head === undefined) throw new Error(`no batch of ${this.topic}-${this.partition} is on its way`);
    return head;
  }

  #tell(error: ConnectorError, content: () => RecordContent): void {
    const { topic, partition } = this;
    this.#settings.onTooLarge?.({ topic, partition, error, content });
  }

  #begin(round: QueueRound): OpenBatch {
    const { pool, onBegun } = this.#settings;
    const builder = new RecordBatchBuilder(pool, this.#expectedBytes);
    this.#open = { builder, round };
    round.queues.add(this);
    onBegun(this);
    return this.#open;
  }

  #fits({ builder, round }: OpenBatch, contentBytes: number): boolean {
    const waiting = this.#away || this.waits || this.#sealed.length > 0 || !round.mayLeave;
    return builder.length + contentBytes + RECORD_OVERHEAD <= this.#settings.limit.bytes(waiting);
  }
}
