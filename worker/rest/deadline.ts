/** Passed when a promise did not settle in time; not an error of its own, since callers word it themselves. */
export const timedOut = Symbol('timed out');

/**
 * The outcome of a promise, or `timedOut` after so many milliseconds. The operation behind it is not cancelled (as in
 * Connect: a create that timed out may still take effect), and its later failure is nobody's any more.
 */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | typeof timedOut> {
  const { promise: late, resolve } = Promise.withResolvers<typeof timedOut>();
  const timer = setTimeout(() => resolve(timedOut), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
