import { answerWithin } from './answer-within.ts';
import type { Cluster } from '../cluster.ts';
import { silentLog } from '../kafka-log.ts';
import { retrying } from '../retrying.ts';
import type { CoordinatorClient } from './coordinator-client.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { initProducerId } from './transaction-calls.ts';
import { withDeadline } from './with-deadline.ts';

const anyTime = (): void => undefined;

/**
 * A new identity for a transactional id: whoever wrote under it before is fenced from now on, and its open transaction,
 * if any, is aborted by the coordinator before this resolves.
 */
export async function takeOver(
  coordinator: CoordinatorClient,
  transactionTimeoutMs: number,
  life: AbortSignal,
): Promise<ProducerIdentity> {
  const { transactionalId } = coordinator;
  const { value } = await coordinator.call({
    what: 'InitProducerId',
    life,
    check: anyTime,
    send: (broker) => initProducerId(broker, { transactionalId, transactionTimeoutMs }),
  });
  return value;
}

/**
 * The next epoch of our own identity (KIP-360). Copies of requests of the epoch before that are still on their way are
 * refused from now on: a late second EndTxn would otherwise end the next transaction in its middle.
 */
export async function nextEpoch(
  coordinator: CoordinatorClient,
  current: ProducerIdentity,
  { transactionTimeoutMs, checkLease, life }: NextEpochOptions,
): Promise<ProducerIdentity> {
  const { transactionalId } = coordinator;
  const { value } = await coordinator.call({
    what: 'InitProducerId for the next epoch',
    life,
    check: checkLease,
    send: (broker) => initProducerId(broker, { transactionalId, transactionTimeoutMs, current }),
  });
  return value;
}

export interface NextEpochOptions {
  readonly transactionTimeoutMs: number;
  readonly checkLease: () => void;
  readonly life: AbortSignal;
}

export interface IdempotentOptions {
  readonly cluster: Cluster;
  readonly requestTimeoutMs: number;
  readonly deliveryTimeoutMs: number;
}

/** An identity without a transactional id; any broker gives one. */
export async function newIdempotentProducer(options: IdempotentOptions, life: AbortSignal): Promise<ProducerIdentity> {
  const { cluster, requestTimeoutMs, deliveryTimeoutMs } = options;
  return await withDeadline(performance.now() + deliveryTimeoutMs, life, async (signal) => {
    const plan = { what: 'InitProducerId', signal, times: { baseMs: 20, maxMs: 500 }, log: silentLog };
    return await retrying(plan, async () => {
      const broker = await cluster.any({ signal });
      const request = { transactionalId: null, transactionTimeoutMs: 0 };
      return await answerWithin(broker, requestTimeoutMs, initProducerId(broker, request));
    });
  });
}
