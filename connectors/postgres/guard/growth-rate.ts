interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** The rate is that of the last ten minutes: long enough to even out checkpoints, short enough to follow the day. */
const WINDOW_MS = 600_000;
const MOST_SAMPLES = 120;
/** Less time than this says nothing. */
const SHORTEST_MS = 1000;

/** How fast something grows, from the figures seen at times. */
export class GrowthRate {
  readonly #samples: Sample[] = [];

  /** `atMs`: milliseconds of a clock that never goes back. */
  add(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes });
    const tooMany = this.#samples.length - MOST_SAMPLES;
    const old = this.#samples.findIndex((sample) => sample.atMs > atMs - WINDOW_MS);
    if (tooMany > 0 || old > 0) this.#samples.splice(0, Math.max(tooMany, old));
  }

  /** Bytes a second; null: not known yet. Negative: it shrinks. */
  get bytesPerSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < SHORTEST_MS) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
  }
}
