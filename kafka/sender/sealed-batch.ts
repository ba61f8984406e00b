import { BATCH_HEADER_BYTES, writeBatchHeader } from './batch-header.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { CommitRound } from './commit-round.ts';
import { compressInThread, compressNow, decompress, runsInThread, type Compression } from './compression.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { firstContent, type RecordContent } from './record-content.ts';
import { splitRecords, type RecordRun } from './split-records.ts';

export interface BatchOrigin {
  readonly round: CommitRound;
  readonly compression: Compression;
  readonly transactional: boolean;
  /** Milliseconds since the epoch, from which the records' own times count. */
  readonly timestamp: number;
  /** The latest of the records' times; default: `timestamp`. */
  readonly maxTimestamp?: number;
}

/**
 * A closed batch. Producer, epoch and sequence are given to it once, when it first leaves, and stay the same bytes
 * until the broker gives a definite answer.
 */
export class SealedBatch {
  readonly origin: BatchOrigin;
  readonly count: number;
  /** Performance-clock time by which the answer has to be there; set when it first leaves. */
  deadline = Infinity;
  /** Bytes of its records as they were appended; of a batch in two parts the second has them. */
  #recordBytes = 0;
  #bytes: Buffer | undefined;
  #pooled: Buffer | undefined;
  #numbered = false;

  private constructor(origin: BatchOrigin, count: number) {
    this.origin = origin;
    this.count = count;
  }

  /**
   * Closes the records in `buffer` (header room first, `length` in all), which goes back to the pool as soon as it is
   * not needed. With a promise the batch is compressed by another thread; it may not leave before that has resolved.
   */
  static seal(
    origin: BatchOrigin,
    { buffer, length, count, pool }: { buffer: Buffer; length: number; count: number; pool: BufferPool },
  ): { batch: SealedBatch; compressed: Promise<void> | undefined } {
    const batch = new SealedBatch(origin, count);
    batch.#recordBytes = length - BATCH_HEADER_BYTES;
    if (origin.compression === 'none') {
      batch.#bytes = buffer.subarray(0, length);
      batch.#pooled = buffer;
      return { batch, compressed: undefined };
    }
    const records = buffer.subarray(BATCH_HEADER_BYTES, length);
    const take = (compressed: Buffer): void => {
      batch.#bytes = withHeaderRoom(compressed);
      pool.give(buffer);
    };
    if (runsInThread(origin.compression, records.length))
      return { batch, compressed: compressInThread(origin.compression, records).then(take) };
    take(compressNow(origin.compression, records));
    return { batch, compressed: undefined };
  }

  get recordBytes(): number {
    return this.#recordBytes;
  }

  /** Whether it is compressed and may leave. */
  get ready(): boolean {
    return this.#bytes !== undefined;
  }

  /** The batch as it goes on the wire; only once it is ready. */
  get bytes(): Buffer {
    if (this.#bytes === undefined) throw new Error('the batch is not compressed yet');
    return this.#bytes;
  }

  /** Gives the batch its place in the producer's numbering; a second call changes nothing. */
  number({ producerId, producerEpoch }: ProducerIdentity, sequence: number): void {
    if (this.#numbered) return;
    const { compression, transactional, timestamp, maxTimestamp = timestamp } = this.origin;
    const { count } = this;
    writeBatchHeader(this.bytes, {
      ...{ compression, transactional, timestamp, maxTimestamp },
      ...{ count, producerId, producerEpoch, sequence },
    });
    this.#numbered = true;
  }

  /** Two batches that hold its records; for a batch of at least two that the broker refused. */
  split(): [SealedBatch, SealedBatch] {
    const records = this.#records();
    const [first, second] = splitRecords(records, this.count);
    const parts: [SealedBatch, SealedBatch] = [this.#part(first), this.#part(second)];
    parts[1].#recordBytes = this.#recordBytes;
    return parts;
  }

  /** What its first record holds; valid until `release`. */
  firstContent(): RecordContent {
    return firstContent(this.#records());
  }

  /** Gives its memory back once it is acknowledged. */
  release(pool: BufferPool): void {
    if (this.#pooled !== undefined) pool.give(this.#pooled);
    this.#pooled = undefined;
    this.#bytes = undefined;
  }

  #records(): Buffer {
    return decompress(this.origin.compression, this.bytes.subarray(BATCH_HEADER_BYTES));
  }

  #part({ bytes, count }: RecordRun): SealedBatch {
    const part = new SealedBatch(this.origin, count);
    const { compression } = this.origin;
    part.#bytes =
      compression === 'none' ? bytes : withHeaderRoom(compressNow(compression, bytes.subarray(BATCH_HEADER_BYTES)));
    return part;
  }
}

function withHeaderRoom(records: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length);
  records.copy(bytes, BATCH_HEADER_BYTES);
  return bytes;
}
