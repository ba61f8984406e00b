import { setTimeout as delay } from 'node:timers/promises';

export interface BackOff {
  /** Wait after the first failure, milliseconds. */
  readonly baseMs: number;
  /** Never more than this (before jitter). */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after the failure number `failures` (1 = the first): doubling, capped, ±20 % jitter as Kafka's own
 * clients have it (KIP-580), so that many clients of a broker that came back do not all come at once.
 */
export function backOffMs(failures: number, { baseMs, maxMs }: BackOff, random: () => number = Math.random): number {
  const exact = Math.min(maxMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return exact * (0.8 + 0.4 * random());
}

/** Resolves after the back-off; rejects with the signal's reason as soon as it aborts. */
export async function backOff(failures: number, times: BackOff, signal: AbortSignal): Promise<void> {
  await delay(backOffMs(failures, times), undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted(); // the timer wraps the reason in an AbortError of its own
    throw error;
  });
}
