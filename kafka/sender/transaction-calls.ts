import {
  addPartitionsToTxnV0,
  addPartitionsToTxnV1,
  addPartitionsToTxnV2,
  addPartitionsToTxnV3,
  endTxnV1,
  endTxnV2,
  endTxnV3,
  endTxnV4,
  initProducerIdV3,
  initProducerIdV4,
  initProducerIdV5,
} from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from '../calls/negotiated.ts';
import type { ProducerIdentity } from './producer-identity.ts';

/** InitProducerId (22). From version 3 on a producer can raise its own epoch (KIP-360). */
const initCodecs = [initProducerIdV3.api, initProducerIdV4.api, initProducerIdV5.api] as const;

/**
 * AddPartitionsToTxn (24). Versions 4 and up are for brokers; with ACLs they need rights on the whole cluster
 * (KIP-890).
 */
const addCodecs = [
  addPartitionsToTxnV0.api,
  addPartitionsToTxnV1.api,
  addPartitionsToTxnV2.api,
  addPartitionsToTxnV3.api,
] as const;

/** EndTxn (26). Version 5 would raise the epoch with every transaction (KIP-890). */
const endCodecs = [endTxnV1.api, endTxnV2.api, endTxnV3.api, endTxnV4.api] as const;

/** What the producer says of itself when it has no id yet. */
const unknownIdentity: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

export interface InitProducerIdRequest {
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  /**
   * Present: raise the epoch of this one. Absent: a new producer, which fences every earlier one of the transactional
   * id.
   */
  readonly current?: ProducerIdentity;
}

export async function initProducerId(
  broker: BrokerConnection,
  request: InitProducerIdRequest,
): Promise<ProducerIdentity> {
  const { transactionalId, transactionTimeoutMs, current = unknownIdentity } = request;
  const { producerId, producerEpoch } = await negotiated(broker, initCodecs).async(
    broker.connection,
    transactionalId,
    transactionTimeoutMs,
    current.producerId,
    current.producerEpoch,
  );
  return { producerId, producerEpoch };
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export async function addPartitions(
  broker: BrokerConnection,
  transactionalId: string,
  identity: ProducerIdentity,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition }) => partition),
  }));
  await negotiated(broker, addCodecs).async(broker.connection, [
    { transactionalId, ...identity, verifyOnly: false, topics },
  ]);
}

export async function endTransaction(
  broker: BrokerConnection,
  transactionalId: string,
  { producerId, producerEpoch }: ProducerIdentity,
  committed: boolean,
): Promise<void> {
  await negotiated(broker, endCodecs).async(broker.connection, transactionalId, producerId, producerEpoch, committed);
}
