/** The longest time between two committed records of one topic, as a consumer sees them. */
export class Gaps {
  #last: number | undefined;
  #longest = 0;
  #count = 0;

  /** Records so far. */
  get count(): number {
    return this.#count;
  }

  arrived(): void {
    const now = performance.now();
    if (this.#last !== undefined) this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    this.#count += 1;
  }

  /** The longest since this was last asked, in whole milliseconds. */
  take(): number {
    const longest = this.#longest;
    this.#longest = 0;
    return Math.round(longest);
  }
}
