import type { TaskLog } from '../../source-connector.ts';
import { pause } from '../pause.ts';

const FIRST_MS = 20;
const LONGEST_MS = 1000;
const REPORT_AFTER_MS = 10_000;

/** Waits between tries, each time longer from 20 ms to 1 s, and says so once it takes longer than 10 s (algorithms, 8). */
export class RetryWait {
  readonly #log: TaskLog;
  readonly #signal: AbortSignal;
  #tries = 0;
  #sinceMs: number | undefined;
  #isReported = false;

  constructor(log: TaskLog, signal: AbortSignal) {
    this.#log = log;
    this.#signal = signal;
  }

  async wait(fields: Readonly<Record<string, unknown>>, reason: string): Promise<void> {
    const now = performance.now();
    if (this.#sinceMs === undefined) this.#log.debug({ ...fields, reason }, 'the incremental snapshot waits');
    this.#sinceMs ??= now;
    if (!this.#isReported && now - this.#sinceMs > REPORT_AFTER_MS) {
      this.#isReported = true;
      this.#log.warn({ ...fields, reason }, 'the incremental snapshot has been waiting for more than 10 s');
    }
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#tries, 10));
    this.#tries += 1;
    await pause(ms, this.#signal);
  }

  /** It went on. */
  reset(): void {
    this.#tries = 0;
    this.#sinceMs = undefined;
    this.#isReported = false;
  }
}
