import { RecentCount } from './recent-count.ts';

/** Null: there was none yet. */
export interface CallFigures {
  readonly total: number;
  readonly perSecond: number;
  readonly avgMs: number | null;
  readonly maxMs: number | null;
}

/** Kafka's own metrics take 30 s as well (metrics.sample.window.ms). */
const SPAN_MS = 30_000;

/** Follows the requests of one kind that were answered well. */
export class CallMeter {
  readonly #recent = new RecentCount(SPAN_MS, 30);
  #total = 0;
  #totalMs = 0;
  #maxMs = 0;

  /** `at`: monotonic milliseconds of the answer. */
  answered(at: number, tookMs: number): void {
    this.#recent.add(at);
    this.#total += 1;
    this.#totalMs += tookMs;
    this.#maxMs = Math.max(this.#maxMs, tookMs);
  }

  figures(now: number): CallFigures {
    const some = this.#total > 0;
    return {
      total: this.#total,
      perSecond: (this.#recent.within(now) * 1000) / SPAN_MS,
      avgMs: some ? this.#totalMs / this.#total : null,
      maxMs: some ? this.#maxMs : null,
    };
  }
}
