import type { GroupAnswer } from '../../kafka/group-member.ts';
import { CallMeter, type CallFigures } from './call-meter.ts';
import { RecentCount } from './recent-count.ts';

/** Times are monotonic milliseconds; null: not yet. */
export interface RebalanceFigures {
  readonly rebalancing: boolean;
  readonly completed: number;
  readonly completedLastHour: number;
  readonly lost: number;
  readonly lostLastHour: number;
  readonly maxMs: number;
  readonly totalMs: number;
  readonly lastEndedAt: number | null;
  readonly lastHeartbeatAt: number | null;
  readonly calls: Readonly<Record<GroupAnswer['call'], CallFigures>>;
}

const HOUR_MS = 3_600_000;

/** Follows this worker's rounds in the group and its requests, for the metrics of Connect's names. */
export class RebalanceMeter {
  readonly #calls = { join: new CallMeter(), sync: new CallMeter(), heartbeat: new CallMeter() };
  readonly #recentlyCompleted = new RecentCount(HOUR_MS, 60);
  readonly #recentlyLost = new RecentCount(HOUR_MS, 60);
  #joiningSince: number | undefined;
  #completed = 0;
  #lost = 0;
  #maxMs = 0;
  #totalMs = 0;
  #lastEndedAt: number | null = null;
  #lastHeartbeatAt: number | null = null;

  /** Asked again within one round, it began with the first. */
  joining(now: number): void {
    this.#joiningSince ??= now;
  }

  assigned(now: number): void {
    const took = now - (this.#joiningSince ?? now);
    this.#joiningSince = undefined;
    this.#completed += 1;
    this.#recentlyCompleted.add(now);
    this.#maxMs = Math.max(this.#maxMs, took);
    this.#totalMs += took;
    this.#lastEndedAt = now;
  }

  /** A request was answered well. */
  answered({ call, sentAt, answeredAt }: GroupAnswer): void {
    this.#calls[call].answered(answeredAt, answeredAt - sentAt);
    if (call === 'heartbeat') this.#lastHeartbeatAt = sentAt;
  }

  lost(now: number): void {
    this.#lost += 1;
    this.#recentlyLost.add(now);
  }

  figures(now: number): RebalanceFigures {
    const { join, sync, heartbeat } = this.#calls;
    return {
      rebalancing: this.#joiningSince !== undefined,
      completed: this.#completed,
      completedLastHour: this.#recentlyCompleted.within(now),
      lost: this.#lost,
      lostLastHour: this.#recentlyLost.within(now),
      maxMs: this.#maxMs,
      totalMs: this.#totalMs,
      lastEndedAt: this.#lastEndedAt,
      lastHeartbeatAt: this.#lastHeartbeatAt,
      calls: { join: join.figures(now), sync: sync.figures(now), heartbeat: heartbeat.figures(now) },
    };
  }
}
