import { TimeoutError } from '@platformatic/kafka';
import { discard, type BrokerConnection } from '../broker-connection.ts';

/**
 * The answer of a call, or a failure of class `timeout` after so many milliseconds. A connection that did not answer in
 * time is thrown away: a broker works on the requests of one connection in order, so nothing behind it would be
 * answered either.
 */
export async function answerWithin<T>(broker: BrokerConnection, timeoutMs: number, call: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new TimeoutError(`Request timed out: broker ${broker.nodeId} did not answer within ${timeoutMs} ms`));
    discard(broker.connection);
  }, timeoutMs);
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
