import type { BrokerTarget } from './broker-connection.ts';
import type { MetadataAnswer, MetadataTopic } from './calls/metadata.ts';

interface PartitionLeader {
  /** Node id; −1: none at the moment. */
  readonly leader: number;
  readonly leaderEpoch: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** All zeros with brokers before 2.8, which know no topic ids. */
  readonly topicId: string;
  readonly partitions: ReadonlyMap<number, PartitionLeader>;
}

/** Of every topic, with brokers before 2.8. */
export const NO_TOPIC_ID = '00000000-0000-0000-0000-000000000000';

/** What the brokers have told about the cluster, with the age of each topic. No I/O, no clock of its own. */
export class KnownCluster {
  #brokers: ReadonlyMap<number, BrokerTarget> = new Map();
  #clusterId: string | undefined;
  #controllerId = -1;
  readonly #topics = new Map<string, { readonly topic: TopicMetadata; readonly at: number }>();
  readonly #maxAgeMs: number;

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  get brokers(): readonly BrokerTarget[] {
    return [...this.#brokers.values()];
  }

  get clusterId(): string | undefined {
    return this.#clusterId;
  }

  get controllerId(): number {
    return this.#controllerId;
  }

  broker(nodeId: number): BrokerTarget | undefined {
    return this.#brokers.get(nodeId);
  }

  /** Undefined when unknown or older than metadata.max.age.ms. */
  topic(name: string, now: number): TopicMetadata | undefined {
    const known = this.#topics.get(name);
    return known !== undefined && now - known.at < this.#maxAgeMs ? known.topic : undefined;
  }

  /** Takes over an answer. Topics with an error of their own are forgotten, so that nobody uses what is no longer so. */
  learn(answer: MetadataAnswer, now: number): void {
    // A broker that is still starting may answer with an empty list.
    if (answer.brokers.length > 0) this.#brokers = new Map(answer.brokers.map((broker) => [broker.nodeId, broker]));
    this.#clusterId = answer.clusterId ?? this.#clusterId;
    this.#controllerId = answer.controllerId;
    for (const topic of answer.topics) {
      const { name } = topic;
      if (name === null || name === undefined) continue;
      if (topic.errorCode !== 0) this.#topics.delete(name);
      else this.#topics.set(name, { topic: merged(name, topic, this.#topics.get(name)?.topic), at: now });
    }
  }
}

/** False when the topic was created again under the same name, as far as the broker tells topics apart by id (2.8). */
export function isSameTopic(before: TopicMetadata, after: TopicMetadata): boolean {
  return before.topicId === after.topicId || before.topicId === NO_TOPIC_ID || after.topicId === NO_TOPIC_ID;
}

/**
 * A broker that lags behind may name a leader of an older epoch than the one already known; the newer stands (KIP-320), as
 * long as it is the same topic. Without topic ids a lower epoch may also mean a topic created again, so the answer stands.
 */
function merged(name: string, answer: MetadataTopic, known: TopicMetadata | undefined): TopicMetadata {
  const comparable = known !== undefined && known.topicId !== NO_TOPIC_ID && known.topicId === answer.topicId;
  const partitions = new Map<number, PartitionLeader>();
  for (const { partitionIndex, leaderId, leaderEpoch } of answer.partitions) {
    const before = comparable ? known.partitions.get(partitionIndex) : undefined;
    const older = before !== undefined && leaderEpoch < before.leaderEpoch;
    partitions.set(partitionIndex, older ? before : { leader: leaderId, leaderEpoch });
  }
  return { name, topicId: answer.topicId, partitions };
}
