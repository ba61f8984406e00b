/**
 * How often something happened within the last while, to a part of it exactly. Keeps a count per part rather than a time per
 * event, so that a storm of events costs no memory.
 */
export class RecentCount {
  readonly spanMs: number;
  readonly #partMs: number;
  readonly #counts: number[];
  /** Number of the newest part counted in, from 0 at the beginning of time. */
  #newest = 0;

  /** `parts`: into how many the span is divided. */
  constructor(spanMs: number, parts: number) {
    this.spanMs = spanMs;
    this.#partMs = spanMs / parts;
    this.#counts = new Array<number>(parts).fill(0);
  }

  /** It happened; `at`: monotonic milliseconds. */
  add(at: number): void {
    const index = this.#forgetUntil(at);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  within(now: number): number {
    this.#forgetUntil(now);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Empties the parts that have gone by; the index of the part of now. */
  #forgetUntil(at: number): number {
    const parts = this.#counts.length;
    // A clock that is read a moment earlier than before counts into the newest part.
    const part = Math.max(Math.floor(at / this.#partMs), this.#newest);
    const gone = Math.min(part - this.#newest, parts);
    for (let i = 0; i < gone; i += 1) this.#counts[(part - i) % parts] = 0;
    this.#newest = part;
    return part % parts;
  }
}
