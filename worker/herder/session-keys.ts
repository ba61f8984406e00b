import { randomBytes } from 'node:crypto';
import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { hmacAlgorithms, type HmacAlgorithm } from '../config/session-settings.ts';
import type { Clock } from './clock.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { NotLeader } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

export interface SessionKeyParts {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: TaskLog;
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly write: (key: SessionKey) => Promise<void>;
  /** The newest key of the config topic. */
  readonly current: () => SessionKey | undefined;
  readonly algorithm: HmacAlgorithm;
  /** Undefined: what suits the algorithm. */
  readonly bits: number | undefined;
  readonly ttlMs: number;
  readonly signal: AbortSignal;
}

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** Milliseconds until the leader has to replace a key; 0: at once. A key made in the future counts as made now. */
export function dueInMs(key: SessionKey | undefined, algorithm: string, times: { now: number; ttlMs: number }): number {
  if (key === undefined || key.algorithm !== algorithm) return 0;
  return Math.max(0, Math.min(key.createdAt, times.now) + times.ttlMs - times.now);
}

/** A new key for an algorithm, of so many bits or of what suits it. */
export function newSessionKey(algorithm: HmacAlgorithm, bits: number | undefined, createdAt: number): SessionKey {
  const bytes = bits === undefined ? hmacAlgorithms[algorithm].keyBytes : Math.ceil(bits / 8);
  return { key: randomBytes(bytes), algorithm, createdAt };
}

/** While this worker leads, the config topic has a session key that is of the right kind and not older than its time to live. */
export class SessionKeys {
  readonly #parts: SessionKeyParts;
  #cancel: (() => void) | undefined;
  #leading = false;
  #writing = false;
  #failures = 0;

  constructor(parts: SessionKeyParts) {
    this.#parts = parts;
    parts.signal.addEventListener('abort', () => this.following(), { once: true });
  }

  leading(): void {
    if (this.#parts.signal.aborted) return;
    this.#leading = true;
    this.#failures = 0;
    this.schedule();
  }

  following(): void {
    this.#leading = false;
    this.#cancel?.();
  }

  /** To be called when a key was read, too. */
  schedule(): void {
    const { clock, current, algorithm, now, ttlMs } = this.#parts;
    this.#cancel?.();
    if (!this.#leading || this.#writing) return;
    const due = dueInMs(current(), algorithm, { now: now(), ttlMs });
    const pause = this.#failures === 0 ? 0 : Math.min(firstWaitMs * 2 ** (this.#failures - 1), longestWaitMs);
    const waitMs = Math.max(due, pause);
    if (waitMs === 0) this.#rotate();
    else this.#cancel = clock.after(waitMs, () => this.#rotate());
  }

  #rotate(): void {
    const { queue, log, signal } = this.#parts;
    this.#writing = true;
    queue
      .run('writing a new session key to the config topic', () => this.#write())
      .then(
        () => (this.#failures = 0),
        (error: unknown) => {
          this.#failures = Math.min(this.#failures + 1, 30);
          // The next leader does it, or this one in a moment.
          if (!signal.aborted && !(error instanceof NotLeader))
            log.warn({ err: error }, 'the session key could not be written');
        },
      )
      .finally(() => {
        this.#writing = false;
        this.schedule();
      })
      .catch((error: unknown) => log.error({ err: error }, 'session key: the next rotation was not planned'));
  }

  async #write(): Promise<void> {
    const { leader, write, current, algorithm, bits, now, ttlMs, signal } = this.#parts;
    await leader.ready(signal);
    if (dueInMs(current(), algorithm, { now: now(), ttlMs }) > 0) return;
    await leader.write(signal, () => write(newSessionKey(algorithm, bits, now())));
  }
}
