// How far a batch may grow beyond the configured size while an earlier one of its partition is on its way.
const MAX_GROWTH = 4;

// Of the wanted compressed size, what the estimate aims at: rows differ, and a refused batch costs a round trip.
const AIM = 0.6;

// Weight of the newest batch in the estimate of the ratio.
const WEIGHT = 0.2;

/**
 * How many uncompressed bytes a batch of one topic may hold, so that compressed it stays below what the broker takes.
 * Since one batch per partition is on its way at a time, a partition that waits for an answer fills a larger one where
 * rows compress well.
 */
export class BatchLimit {
  readonly #batchBytes: number;
  #compressedBytes: number;
  #ratio = 1;

  /** `batchBytes`: bound of a batch that need not wait, uncompressed; also the bound that is aimed at, compressed. */
  constructor(batchBytes: number) {
    this.#batchBytes = batchBytes;
    this.#compressedBytes = batchBytes;
  }

  /** Uncompressed bytes at which a batch is closed. */
  bytes(waiting: boolean): number {
    const most = waiting ? this.#batchBytes * MAX_GROWTH : this.#batchBytes;
    return Math.min(most, Math.max(this.#compressedBytes, this.#compressedBytes * this.#ratio * AIM));
  }

  /** Learns from a batch how well the topic's records compress. */
  compressed(before: number, after: number): void {
    this.#ratio += WEIGHT * (before / after - this.#ratio);
  }

  /** Learns that the broker refused a batch of so many bytes. */
  refused(compressedBytes: number): void {
    this.#compressedBytes = Math.min(this.#compressedBytes, Math.ceil(compressedBytes / 2));
  }
}
