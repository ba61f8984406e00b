import { setTimeout as delay } from 'node:timers/promises';
import { createTopic, type NewTopic } from './calls/create-topics.ts';
import { describeTopicConfig } from './calls/describe-configs.ts';
import { describeGroup, type GroupDescription } from './calls/describe-groups.ts';
import { listOffsets, type Isolation, type OffsetsRequest } from './calls/list-offsets.ts';
import { metadata } from './calls/metadata.ts';
import type { Cluster } from './cluster.ts';
import { kafkaErrorCodes } from './error-class.ts';
import { topicCreationFailure } from './topic-creation-failure.ts';

export type { NewTopic } from './calls/create-topics.ts';
export type { GroupDescription } from './calls/describe-groups.ts';
export type { Isolation } from './calls/list-offsets.ts';

const TOPIC_ALREADY_EXISTS = 36;

// A broker applies a new topic milliseconds after the controller; one that needs longer is not waited for.
const VISIBLE_LIMIT_MS = 3000;
const VISIBLE_POLL_MS = 20;

/** Administration of topics and groups over a Cluster. Every method tries again until its signal aborts. */
export class Admin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * Creates a topic and waits until the brokers show it, so that nobody is told right afterwards that it does not exist. `created`
   * is false when it was there already. Throws KAFKA_TOPIC_CREATION or KAFKA_AUTHORIZATION when the brokers refuse.
   */
  async createTopic(topic: NewTopic, signal: AbortSignal): Promise<{ readonly created: boolean }> {
    const created = await this.#cluster.retrying(`creation of topic ${topic.name}`, signal, async (inner) => {
      const controller = await this.#cluster.controller({ signal: inner });
      try {
        // Half of the request timeout: the controller answers that it took too long before the connection is given up.
        await createTopic(controller, topic, this.#cluster.requestTimeoutMs / 2);
        return true;
      } catch (error) {
        if (kafkaErrorCodes(error).includes(TOPIC_ALREADY_EXISTS)) return false;
        const failure = topicCreationFailure(error, topic, this.#cluster.nodeIds.length);
        throw failure.retry === 'automatic' ? error : failure;
      }
    });
    await this.#visible(topic.name, signal);
    return { created };
  }

  /** The effective configuration of a topic, defaults included. Throws KAFKA_AUTHORIZATION without DESCRIBE_CONFIGS. */
  async topicConfigs(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, string | null>> {
    return await this.#cluster.retrying(`configuration of topic ${name}`, signal, async (inner) =>
      describeTopicConfig(await this.#cluster.any({ signal: inner }), name),
    );
  }

  /** Partition → end: with read_uncommitted the high watermark, with read_committed the last stable offset. */
  async endOffsets(topic: string, isolation: Isolation, signal: AbortSignal): Promise<ReadonlyMap<number, bigint>> {
    return await this.#offsets({ topic, isolation, position: 'end' }, signal);
  }

  /** Partition → first offset that is still there. */
  async startOffsets(topic: string, signal: AbortSignal): Promise<ReadonlyMap<number, bigint>> {
    return await this.#offsets({ topic, isolation: 'read_uncommitted', position: 'start' }, signal);
  }

  /** State and members of a group of any protocol type; a group that does not exist is `Dead` and empty. */
  async describeGroup(group: string, signal: AbortSignal): Promise<GroupDescription> {
    return await this.#cluster.retrying(`members of group ${group}`, signal, async (inner, failures) => {
      if (failures > 0) this.#cluster.forgetCoordinator('group', group);
      return await describeGroup(await this.#cluster.coordinator('group', group, { signal: inner }), group);
    });
  }

  /** One request per leader, at the same time. */
  async #offsets(request: Omit<OffsetsRequest, 'partitions'>, signal: AbortSignal): Promise<Map<number, bigint>> {
    const { topic, position } = request;
    return await this.#cluster.retrying(`${position} offsets of topic ${topic}`, signal, async (inner, failures) => {
      const known = await this.#cluster.topic(topic, { signal: inner, refresh: failures > 0 });
      const byLeader = Map.groupBy(
        known.partitions.keys(),
        (partition) => known.partitions.get(partition)?.leader ?? -1,
      );
      const answers = await Promise.all(
        [...byLeader.values()].map(async (partitions) => {
          const leader = await this.#cluster.leader(topic, partitions[0] ?? 0, { signal: inner });
          return await listOffsets(leader, { ...request, partitions });
        }),
      );
      return new Map(answers.flatMap((answer) => [...answer]));
    });
  }

  async #visible(name: string, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(VISIBLE_LIMIT_MS)]);
    // A broker that does not show it in time will do so later, or is gone: no reason to fail.
    await Promise.allSettled(this.#cluster.nodeIds.map((nodeId) => this.#shows(nodeId, name, limit)));
    signal.throwIfAborted();
    await this.#cluster.topic(name, { signal, refresh: true, justCreated: true });
  }

  async #shows(nodeId: number, name: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const broker = await this.#cluster.broker(nodeId, { signal });
      const { topics } = await metadata(broker, { topics: [name], autoCreate: false });
      const found = topics.find((topic) => topic.name === name);
      if (found?.errorCode === 0 && found.partitions.every(({ leaderId }) => leaderId >= 0)) return;
      await delay(VISIBLE_POLL_MS, undefined, { signal });
    }
  }
}
