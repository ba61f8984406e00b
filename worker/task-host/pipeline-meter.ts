import type { ChangeBatch } from '../../connectors/change-batch.ts';

/** What a pipeline has done since it was opened; times are epoch milliseconds, null: not yet. */
export interface PipelineMeterFigures {
  /** Events that the source handed over, and those of them that Kafka has acknowledged. */
  readonly polled: number;
  readonly acknowledged: number;
  /** Bytes of the source that Kafka has acknowledged, as the connector counted them. */
  readonly bytes: number;
  readonly batches: number;
  readonly batchSizeMax: number;
  readonly activeMax: number;
  readonly commits: number;
  readonly commitFailures: number;
  readonly commitTimeTotalMs: number;
  readonly commitTimeMaxMs: number;
  /** Records of one transaction. */
  readonly transactionSizeMin: number | null;
  readonly transactionSizeMax: number | null;
  readonly lastPollMs: number | null;
  readonly lastRecordMs: number | null;
  readonly lastAckMs: number | null;
}

/** A batch as far as it is counted. */
export interface BatchSize {
  readonly events: { readonly length: number };
  readonly bytes: number;
}

/** Keeps the figures of one pipeline: a few additions per batch and per commit, none per record. */
export class PipelineMeter {
  readonly #now: () => number;
  #figures = {
    polled: 0,
    acknowledged: 0,
    bytes: 0,
    batches: 0,
    batchSizeMax: 0,
    activeMax: 0,
    commits: 0,
    commitFailures: 0,
    commitTimeTotalMs: 0,
    commitTimeMaxMs: 0,
    transactionSizeMin: null as number | null,
    transactionSizeMax: null as number | null,
    lastPollMs: null as number | null,
    lastRecordMs: null as number | null,
    lastAckMs: null as number | null,
  };

  /** `now`: epoch milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The figures of this moment. */
  get figures(): PipelineMeterFigures {
    return this.#figures;
  }

  /** The source handed over a batch. */
  emitted({ events }: ChangeBatch): void {
    const figures = this.#figures;
    const now = this.#now();
    figures.batches += 1;
    figures.polled += events.length;
    figures.batchSizeMax = Math.max(figures.batchSizeMax, events.length);
    figures.activeMax = Math.max(figures.activeMax, figures.polled - figures.acknowledged);
    figures.lastPollMs = now;
    if (events.length > 0) figures.lastRecordMs = now;
  }

  /** Kafka holds these batches and their offsets. */
  committed(batches: Iterable<BatchSize>, tookMs: number): void {
    const figures = this.#figures;
    let records = 0;
    for (const { events, bytes } of batches) {
      records += events.length;
      figures.bytes += bytes;
    }
    figures.acknowledged += records;
    figures.commits += 1;
    figures.commitTimeTotalMs += tookMs;
    figures.commitTimeMaxMs = Math.max(figures.commitTimeMaxMs, tookMs);
    figures.transactionSizeMin = Math.min(figures.transactionSizeMin ?? records, records);
    figures.transactionSizeMax = Math.max(figures.transactionSizeMax ?? records, records);
    figures.lastAckMs = this.#now();
  }

  failed(): void {
    this.#figures.commitFailures += 1;
  }
}
