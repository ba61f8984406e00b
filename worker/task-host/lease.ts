import { monotonicMs } from '../../kafka/monotonic-ms.ts';

/**
 * Writing is allowed only until the newest lease ends. The worker sends one after each good heartbeat of its group
 * member; it counts from the moment that the worker noted before it asked, never from its arrival here, so a host whose
 * worker is frozen, cut off or dead stops before the group can have given its tasks to somebody else.
 */
export class Lease {
  #until = 0;
  readonly #now: () => number;

  constructor(now: () => number = monotonicMs) {
    this.#now = now;
  }

  /** A lease from `sentAt` (monotonic milliseconds) for `validMs`; an older one than the newest changes nothing. */
  grant(sentAt: number, validMs: number): void {
    this.#until = Math.max(this.#until, sentAt + validMs);
  }

  valid(): boolean {
    return this.#now() < this.#until;
  }

  /** Milliseconds left; 0 when it has run out. */
  remainingMs(): number {
    return Math.max(0, this.#until - this.#now());
  }

  /** Ends it at once: the worker is gone or lost its membership. */
  revoke(): void {
    this.#until = 0;
  }
}
