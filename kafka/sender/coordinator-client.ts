import { ConnectorError } from '../../errors/connector-error.ts';
import { backOff } from '../back-off.ts';
import type { BrokerConnection } from '../broker-connection.ts';
import type { Cluster } from '../cluster.ts';
import { kafkaErrorText } from '../error-class.ts';
import { answerWithin } from './answer-within.ts';
import { pause } from './pause.ts';
import { transactionFailure } from './transaction-failure.ts';
import { withDeadline } from './with-deadline.ts';

export interface CoordinatorOptions {
  readonly cluster: Pick<Cluster, 'coordinator' | 'forgetCoordinator'>;
  readonly transactionalId: string;
  readonly requestTimeoutMs: number;
  readonly deliveryTimeoutMs: number;
}

export interface CoordinatorCall<T> {
  /** What is asked, for messages. */
  readonly what: string;
  readonly life: AbortSignal;
  /** Throws when nothing may be written any more; asked before every attempt. */
  readonly check: () => void;
  readonly send: (broker: BrokerConnection) => Promise<T>;
}

export interface CoordinatorAnswer<T> {
  readonly value: T;
  /** Whether an earlier attempt got no answer: a copy of the request may still be on its way and take effect later. */
  readonly repeated: boolean;
}

const BACK_OFF = { baseMs: 10, maxMs: 300 };

// The coordinator ends the transaction before within some milliseconds: it writes a marker to every partition.
const SOON_MS = [2, 3, 5, 5, 5, 5, 10, 10, 20];
const LATEST_SOON_MS = 40;

/**
 * The search for the coordinator gives up so, only at the deadline. The clock cannot be asked instead: a timer may ring a
 * fraction of a millisecond early.
 */
function isUnreachable(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === 'KAFKA_UNREACHABLE';
}

/**
 * Asks the coordinator of one transactional id until there is a definite answer: each call again until then, or the
 * deadline.
 */
export class CoordinatorClient {
  readonly #options: CoordinatorOptions;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
  }

  get transactionalId(): string {
    return this.#options.transactionalId;
  }

  /**
   * Rejects with a ConnectorError: DELIVERY_TIMED_OUT when it is not known at the deadline whether the call took
   * effect, KAFKA_UNREACHABLE when it was never sent.
   */
  async call<T>(call: CoordinatorCall<T>): Promise<CoordinatorAnswer<T>> {
    const deadline = performance.now() + this.#options.deliveryTimeoutMs;
    let last: unknown;
    let repeated = false;
    for (let failures = 0, early = 0; performance.now() < deadline;) {
      try {
        const broker = await this.#coordinator(deadline, call.life);
        call.check();
        return { value: await answerWithin(broker, this.#options.requestTimeoutMs, call.send(broker)), repeated };
      } catch (error) {
        if (last !== undefined && isUnreachable(error)) break;
        last = error;
      }
      const failure = transactionFailure(last, this.#where(call));
      if (failure instanceof ConnectorError) throw failure;
      if (failure === 'unknown') repeated = true;
      if (failure === 'soon') await pause(SOON_MS[early++] ?? LATEST_SOON_MS, call.life);
      else {
        if (failure !== 'again') this.#options.cluster.forgetCoordinator('transaction', this.transactionalId);
        await backOff(++failures, BACK_OFF, call.life);
      }
    }
    throw this.#timedOut(call, last);
  }

  async #coordinator(deadline: number, life: AbortSignal): Promise<BrokerConnection> {
    return await withDeadline(deadline, life, (signal) =>
      this.#options.cluster.coordinator('transaction', this.transactionalId, { signal }),
    );
  }

  #where({ what }: { readonly what: string }): string {
    return `${what} of transactional id ${this.transactionalId}`;
  }

  #timedOut(call: { readonly what: string }, last: unknown): ConnectorError {
    const limit = `${this.#options.deliveryTimeoutMs} ms (delivery.timeout.ms)`;
    const text = `no definite answer within ${limit}; the last attempt: ${kafkaErrorText(last)}`;
    return new ConnectorError('DELIVERY_TIMED_OUT', `${this.#where(call)}: ${text}`, { cause: last });
  }
}
