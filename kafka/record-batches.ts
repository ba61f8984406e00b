import type { RecordsBatch } from '@platformatic/kafka';
import type { AbortedTransaction, FetchedPartition } from './calls/fetch.ts';
import type { Isolation } from './calls/list-offsets.ts';
import type { LogHeader, LogRecord } from './log-record.ts';

// Attributes of a record batch (Kafka documentation, "Message Format").
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const ABORT_MARKER = 0;

const noHeaders: readonly LogHeader[] = [];

export interface BatchReading {
  readonly fetched: FetchedPartition;
  /** The offset that was asked for: a batch may begin below it. */
  readonly from: bigint;
  readonly isolation: Isolation;
  readonly onRecord: (record: LogRecord) => void;
}

/**
 * Hands out the records of a fetched partition and gives the offset to go on from. That is taken from the header of every batch:
 * compacted, control and aborted batches have no records to count, but offsets to pass.
 */
export function readBatches({ fetched, from, isolation, onRecord }: BatchReading): bigint {
  const aborted = new AbortedProducers(isolation === 'read_committed' ? fetched.aborted : []);
  let next = from;
  for (const batch of fetched.batches) {
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (end <= from) continue;
    if (!aborted.hides(batch, end - 1n)) handOut(batch, { partition: fetched.partitionIndex, from, onRecord });
    next = end;
  }
  return next;
}

/**
 * Which producers have an aborted transaction open at the batch at hand. The broker sends with each answer the aborted
 * transactions that overlap it, so no state goes from one answer to the next.
 */
class AbortedProducers {
  readonly #coming: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#coming = [...transactions].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  /** True for batches without records for a reader: control batches and those of aborted transactions. */
  hides(batch: RecordsBatch, lastOffset: bigint): boolean {
    while (this.#coming[0] !== undefined && this.#coming[0].firstOffset <= lastOffset)
      this.#open.add(this.#coming.shift()?.producerId ?? -1n);
    if ((batch.attributes & CONTROL) !== 0) {
      // The marker's key is two int16, version and type. Compaction may have left an empty control batch.
      if (batch.records[0]?.key?.readInt16BE(2) === ABORT_MARKER) this.#open.delete(batch.producerId);
      return true;
    }
    return (batch.attributes & TRANSACTIONAL) !== 0 && this.#open.has(batch.producerId);
  }
}

function handOut(
  batch: RecordsBatch,
  { partition, from, onRecord }: { partition: number; from: bigint; onRecord: (record: LogRecord) => void },
): void {
  const brokerTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  for (const record of batch.records) {
    const offset = batch.firstOffset + BigInt(record.offsetDelta);
    if (offset < from) continue;
    onRecord({
      partition,
      offset,
      key: record.key,
      value: record.value,
      timestampMs: brokerTime ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta,
      headers: record.headers.length === 0 ? noHeaders : record.headers.map(headerOf),
    });
  }
}

function headerOf([key, value]: readonly [Buffer | null, Buffer | null]): LogHeader {
  return { key: key?.toString('utf8') ?? '', value };
}
