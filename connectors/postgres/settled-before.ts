/** Waits for a promise; rejects with what ends the wait first, a stop of the task included. For waits that are few: see Handover. */
export async function settledBefore(
  wanted: Promise<unknown>,
  ends: readonly Promise<never>[],
  signal: AbortSignal,
): Promise<unknown> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new Error('the task is stopped'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([wanted, ...ends, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
