import type { Work } from '../group/work.ts';
import type { Clock } from './clock.ts';

/** This worker's place in the group, from one SyncGroup to the next. */
export interface Session {
  readonly memberId: string;
  readonly generation: number;
  readonly isLeader: boolean;
  /** REST URL of the leader. */
  readonly leaderUrl: string;
  /** What this worker owns. */
  readonly work: Work;
}

interface Waiting {
  readonly since: number;
  readonly done: PromiseWithResolvers<undefined>;
}

/**
 * Knows whether this worker is a member of its group, and until when that is certain. A member's word counts from the moment
 * before the request that was answered was sent, so that a worker that slept in between knows nothing new.
 */
export class Membership {
  readonly #clock: Clock;
  readonly #sessionTimeoutMs: number;
  #session: Session | undefined;
  #lastBeat = -Infinity;
  #lostAt: number;
  #waiting = new Set<Waiting>();

  constructor(clock: Clock, sessionTimeoutMs: number) {
    this.#clock = clock;
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.#lostAt = clock.now();
  }

  /** Undefined while it is not a member. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Milliseconds since it was last a member; 0 while it is one. */
  get outsideMs(): number {
    return this.#session === undefined ? this.#clock.now() - this.#lostAt : 0;
  }

  joined(session: Session): void {
    this.#session = session;
  }

  /** A heartbeat was answered well; `at`: monotonic milliseconds before it was sent. */
  beat(at: number): void {
    this.#lastBeat = Math.max(this.#lastBeat, at);
    for (const waiting of this.#waiting)
      if (waiting.since <= at) {
        this.#waiting.delete(waiting);
        waiting.done.resolve(undefined);
      }
  }

  lost(): void {
    if (this.#session !== undefined) this.#lostAt = this.#clock.now();
    this.#session = undefined;
    this.#lastBeat = -Infinity;
    for (const { done } of this.#waiting) done.reject(new Error('the membership of the group was lost'));
    this.#waiting.clear();
  }

  /** Whether the group cannot have given this worker's share to anybody else yet. */
  certain(): boolean {
    return this.#session !== undefined && this.#clock.now() < this.#lastBeat + this.#sessionTimeoutMs;
  }

  /** Settles at the first good heartbeat that was sent after `since`. Rejects when the membership is lost before. */
  async beatAfter(since: number, signal: AbortSignal): Promise<void> {
    const waiting = { since, done: Promise.withResolvers<undefined>() };
    const onAbort = (): void => waiting.done.reject(signal.reason);
    this.#waiting.add(waiting);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await waiting.done.promise;
    } finally {
      this.#waiting.delete(waiting);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
