import { ConnectorError } from '../../errors/connector-error.ts';

/** Calls into a plug-in; what it throws becomes PLUGIN_FAILED, unless it has a code of its own. */
export function callPlugin<T>(where: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw ConnectorError.from(error, 'PLUGIN_FAILED', where);
  }
}

/** Rejects with PLUGIN_FAILED when the promise has not settled in time; what it does later is nobody's concern. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, where: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ConnectorError('PLUGIN_FAILED', `${where}: no answer within ${ms / 1000} s`)),
    ms,
  );
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
