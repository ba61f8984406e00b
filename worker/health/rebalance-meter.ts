/** Times are monotonic milliseconds; null: not yet. */
export interface RebalanceFigures {
  readonly rebalancing: boolean;
  readonly completed: number;
  readonly lost: number;
  readonly maxMs: number;
  readonly totalMs: number;
  readonly lastEndedAt: number | null;
  readonly heartbeats: number;
  readonly lastHeartbeatAt: number | null;
}

/** Follows this worker's rounds in the group, for the metrics of Connect's names. */
export class RebalanceMeter {
  #joiningSince: number | undefined;
  #completed = 0;
  #lost = 0;
  #maxMs = 0;
  #totalMs = 0;
  #lastEndedAt: number | null = null;
  #heartbeats = 0;
  #lastHeartbeatAt: number | null = null;

  /** Asked again within one round, it began with the first. */
  joining(now: number): void {
    this.#joiningSince ??= now;
  }

  assigned(now: number): void {
    const took = now - (this.#joiningSince ?? now);
    this.#joiningSince = undefined;
    this.#completed += 1;
    this.#maxMs = Math.max(this.#maxMs, took);
    this.#totalMs += took;
    this.#lastEndedAt = now;
  }

  /** A heartbeat that was sent at `at` was answered well. */
  beat(at: number): void {
    this.#heartbeats += 1;
    this.#lastHeartbeatAt = at;
  }

  lost(): void {
    this.#lost += 1;
  }

  get figures(): RebalanceFigures {
    return {
      rebalancing: this.#joiningSince !== undefined,
      completed: this.#completed,
      lost: this.#lost,
      maxMs: this.#maxMs,
      totalMs: this.#totalMs,
      lastEndedAt: this.#lastEndedAt,
      heartbeats: this.#heartbeats,
      lastHeartbeatAt: this.#lastHeartbeatAt,
    };
  }
}
