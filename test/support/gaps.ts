/**
 * Topics whose records carry the broker's time: a reader in a process that starts others stands still itself for some 200 ms
 * (the fork of a large process), which is nobody's gap.
 */
export const brokerTime: Readonly<Record<string, string>> = { 'message.timestamp.type': 'LogAppendTime' };

/** The longest time between two records of one topic that has `brokerTime`. A task's next records are appended only once those before are committed. */
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

  /** A record that the broker has appended at this time, in milliseconds since 1970. */
  appended(at: number): void {
    if (this.#last !== undefined && at - this.#last > this.#longest) {
      this.#longest = at - this.#last;
      this.#endedAt = at;
    }
    this.#last = at;
    this.#count += 1;
  }

  /** The longest since this was last asked, in milliseconds. */
  take(): number {
    const longest = this.#longest;
    this.#longest = 0;
    return longest;
  }
}
