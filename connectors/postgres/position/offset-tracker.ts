import type { Lsn } from '../lsn.ts';

interface Entry {
  readonly done: Lsn;
  readonly timeMicros: bigint | null;
  acknowledged: boolean;
}

/**
 * Knows up to where everything handed over is in Kafka together with its offsets: releases the newest position for which every
 * batch before it was acknowledged, in whatever order the acknowledgements come. Never moves backwards.
 */
export class OffsetTracker {
  readonly #pending: Entry[] = [];
  #durable: Lsn;
  #durableTimeMicros: bigint | null = null;

  constructor(durable: Lsn) {
    this.#durable = durable;
  }

  /** End of the last transaction that Kafka holds whole. */
  get durable(): Lsn {
    return this.#durable;
  }

  /** When the newest change that Kafka holds was committed at the source; null: none yet. */
  get durableTimeMicros(): bigint | null {
    return this.#durableTimeMicros;
  }

  /** True when every batch was acknowledged. */
  get idle(): boolean {
    return this.#pending.length === 0;
  }

  /** Notes a batch whose offsets say that everything before `done` is delivered; the returned function acknowledges it. */
  add(done: Lsn, timeMicros: bigint | null = null): () => void {
    const entry: Entry = { done, timeMicros, acknowledged: false };
    this.#pending.push(entry);
    return () => {
      entry.acknowledged = true;
      this.#release();
    };
  }

  #release(): void {
    let released = 0;
    for (const entry of this.#pending) {
      if (!entry.acknowledged) break;
      if (entry.done > this.#durable) this.#durable = entry.done;
      this.#durableTimeMicros = entry.timeMicros ?? this.#durableTimeMicros;
      released += 1;
    }
    if (released > 0) this.#pending.splice(0, released);
  }
}
