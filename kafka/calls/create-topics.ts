import { createTopicsV6, createTopicsV7 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** CreateTopics (19), versions 6 and 7. */
const codecs = [createTopicsV6.api, createTopicsV7.api] as const;

export interface NewTopic {
  readonly name: string;
  /** −1: the broker's num.partitions. */
  readonly partitions: number;
  /** −1: the broker's default.replication.factor. */
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** Asks the controller to create a topic; it answers when the topic is there or after `timeoutMs`. */
export async function createTopic(controller: BrokerConnection, topic: NewTopic, timeoutMs: number): Promise<void> {
  const request = {
    name: topic.name,
    numPartitions: topic.partitions,
    replicationFactor: topic.replicationFactor,
    assignments: [],
    configs: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
  };
  await negotiated(controller, codecs).async(controller.connection, [request], timeoutMs, false);
}
