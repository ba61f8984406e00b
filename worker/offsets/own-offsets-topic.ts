import type { InternalTopic } from '../../config-topics/internal-topic.ts';

/** Where the worker keeps offsets, and how it creates such topics. */
export interface OffsetStorage {
  /** The worker's own offset.storage.topic. */
  readonly topic: string;
  /** The worker's bootstrap.servers. */
  readonly brokers: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
}

function sameBrokers(left: string, right: string): boolean {
  const sorted = (text: string): string =>
    text
      .split(',')
      .map((address) => address.trim())
      .sort()
      .join();
  return sorted(left) === sorted(right);
}

/**
 * The offsets topic of a connector's own: what offsets.storage.topic names, or one like the worker's on the brokers that the
 * connector writes to, since a transaction does not reach from one Kafka to another (KIP-618). Undefined: it uses the worker's.
 * `producerBrokers`: bootstrap.servers of the connector's producers.
 */
export function ownOffsetsTopic(
  { topic, brokers, partitions, replicationFactor, settings }: OffsetStorage,
  connectorConfig: Readonly<Record<string, string>>,
  producerBrokers: string | undefined,
): InternalTopic | undefined {
  const given = connectorConfig['offsets.storage.topic']?.trim() ?? '';
  const name = given === '' ? topic : given;
  if (name === topic && (producerBrokers === undefined || sameBrokers(producerBrokers, brokers))) return undefined;
  const purpose = 'source offsets';
  return { name, property: 'offsets.storage.topic', purpose, partitions, replicationFactor, settings, single: false };
}
