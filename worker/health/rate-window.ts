/** A rate per second over the last half minute (Kafka's own metrics take 30 s as well: metrics.sample.window.ms). */
export class RateWindow {
  static readonly #spanMs = 30_000;
  #samples: { readonly at: number; readonly count: number }[] = [];

  /** The count has come so far; `at`: monotonic milliseconds. A count that falls begins anew. */
  add(at: number, count: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && count < last.count) this.#samples = [];
    this.#samples.push({ at, count });
    const oldest = at - RateWindow.#spanMs;
    // One sample from before the window stays, so that the window is covered whole.
    while ((this.#samples[1]?.at ?? Infinity) <= oldest) this.#samples.shift();
  }

  get perSecond(): number {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return ((last.count - first.count) * 1000) / (last.at - first.at);
  }
}
