import { backOff, type BackOff } from './back-off.ts';
import { isWorthRetrying, kafkaErrorText } from './error-class.ts';
import { deadlineFailure, kafkaFailure } from './kafka-failure.ts';
import type { KafkaLog } from './kafka-log.ts';

export interface RetryPlan {
  /** What is tried, for messages: `metadata of topic orders`. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly times: BackOff;
  readonly log: KafkaLog;
}

// One line when a retry has become unusual (about 1.5 s with the default back-off), then one in every ten.
const LOG_EVERY = 10;

/**
 * Repeats the attempt while its failures can pass by themselves, until the signal aborts. Ends with a ConnectorError for a
 * failure that repeating cannot mend and for a deadline, with the signal's reason for any other abort. The attempt gets the
 * number of failures before it.
 */
export async function retrying<T>(plan: RetryPlan, attempt: (failures: number) => Promise<T>): Promise<T> {
  let last: unknown;
  for (let failures = 0; ; failures += 1) {
    if (plan.signal.aborted) throw deadlineFailure(plan.signal, plan.what, last);
    try {
      return await attempt(failures);
    } catch (error) {
      const isEnd = error === plan.signal.reason;
      if (!isEnd && !isWorthRetrying(error)) throw kafkaFailure(error, plan.what);
      if (!isEnd) last = error;
    }
    if (failures % LOG_EVERY === 4)
      plan.log.warn({ what: plan.what, failures: failures + 1, error: kafkaErrorText(last) }, 'Kafka: trying again');
    await backOff(failures + 1, plan.times, plan.signal).catch(() => undefined); // the loop looks at the signal itself
  }
}
