/** The longest time between two committed records of one topic, as a consumer sees them. */
export class Gaps {
  #last: number | undefined;
  #longest = 0;
  #endedAt = 0;
  #count = 0;

  /** Records so far. */
  get count(): number {
    return this.#count;
  }

  /** When the longest gap since the last `take` ended, in milliseconds since 1970. */
  get endedAt(): number {
    return this.#endedAt;
  }

  arrived(): void {
    const now = performance.now();
    if (this.#last !== undefined && now - this.#last > this.#longest) {
      this.#longest = now - this.#last;
      this.#endedAt = Date.now();
    }
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
