/**
 * Runs the work with a signal that aborts at the deadline (performance clock; with a TimeoutError, as
 * AbortSignal.timeout does) or with `outer`. Unlike AbortSignal.timeout and AbortSignal.any it leaves nothing behind
 * when the work ends early, which matters for a call made a hundred times a second with a deadline of two minutes.
 */
export async function withDeadline<T>(
  deadline: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const controller = new AbortController();
  const end = (): void => controller.abort(outer.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException('not done in time', 'TimeoutError')),
    Math.max(0, deadline - performance.now()),
  );
  outer.addEventListener('abort', end, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', end);
  }
}
