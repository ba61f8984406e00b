import { ConnectorError } from '../errors/connector-error.ts';
import { Admin } from '../kafka/admin.ts';
import { backOff } from '../kafka/back-off.ts';
import type { Cluster } from '../kafka/cluster.ts';
import { kafkaErrorCodes } from '../kafka/error-class.ts';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import { NO_TOPIC_ID } from '../kafka/known-cluster.ts';
import type { InternalTopic } from './internal-topic.ts';

export interface TopicSetupOptions {
  readonly cluster: Cluster;
  readonly log: KafkaLog;
  /** How long fewer brokers than copies are waited for; the brokers of a cluster that is starting come one by one. */
  readonly patienceMs?: number;
  /** Whether the topic that is there, or is to be created (undefined), may be used; throws when not. */
  readonly check?: (topicId: string | undefined) => Promise<void>;
}

const PATIENCE_MS = 30_000;
// Kafka protocol guide, "Error Codes": INVALID_REPLICATION_FACTOR.
const TOO_FEW_BROKERS = 38;
const FAILURES_BACK_OFF = { baseMs: 500, maxMs: 2000 };

/**
 * Creates the topic compacted, or makes sure that the one which exists will not lose what is stored in it. Throws
 * STORE_TOPIC_MISSING, STORE_TOPIC_CREATION, STORE_TOPIC_UNFIT, KAFKA_AUTHORIZATION,
 * what the check throws, or the signal's reason. Answers Kafka's id of the topic, undefined where brokers know none (before 2.8).
 */
export async function setUpTopic(
  topic: InternalTopic,
  { cluster, log, patienceMs = PATIENCE_MS, check }: TopicSetupOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const admin = new Admin(cluster);
  const missing = !(await exists(topic, cluster, signal));
  if (missing && topic.mayCreate === false)
    throw new ConnectorError(
      'STORE_TOPIC_MISSING',
      `Topic '${topic.name}' supplied via the '${topic.property}' property does not exist, and internal.topics.automatic.creation.enable is false`,
    );
  if (missing) await check?.(undefined);
  const created = missing && (await create(topic, { admin, log, patienceMs }, signal));
  const { partitions, topicId } = await cluster.topic(topic.name, { signal, refresh: true, justCreated: missing });
  const id = topicId === NO_TOPIC_ID ? undefined : topicId;
  if (!missing && id !== undefined) await check?.(id);
  if (topic.single && partitions.size !== 1)
    throw new ConnectorError(
      'STORE_TOPIC_UNFIT',
      `Topic '${topic.name}' supplied via the '${topic.property}' property is required to have a single partition in order to guarantee consistency of ${topic.purpose}, but found ${partitions.size} partitions.`,
    );
  if (created) log.info({ topic: topic.name, partitions: partitions.size }, 'created an internal topic');
  else await verifyCompacted(topic, { admin, cluster, log }, signal);
  return id;
}

async function exists(topic: InternalTopic, cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  try {
    await cluster.topic(topic.name, { signal, refresh: true });
    return true;
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'KAFKA_UNKNOWN_TOPIC') return false;
    throw error;
  }
}

/** False when another worker was faster. */
async function create(
  topic: InternalTopic,
  { admin, log, patienceMs }: { admin: Admin; log: KafkaLog; patienceMs: number },
  signal: AbortSignal,
): Promise<boolean> {
  const { 'cleanup.policy': policy, ...settings } = topic.settings;
  if (policy !== undefined && policy !== 'compact')
    log.warn({ topic: topic.name, policy }, `the cleanup.policy given for ${topic.property} is ignored: it is compact`);
  const { name, partitions, replicationFactor } = topic;
  const request = { name, partitions, replicationFactor, configs: { ...settings, 'cleanup.policy': 'compact' } };
  const deadline = performance.now() + patienceMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return (await admin.createTopic(request, signal)).created;
    } catch (error) {
      if (!kafkaErrorCodes(error).includes(TOO_FEW_BROKERS)) throw notCreated(topic, error);
      if (performance.now() >= deadline) throw notCreated(topic, error);
      log.warn({ topic: name, replicationFactor, failures }, 'waiting for enough brokers to create an internal topic');
      await backOff(failures, FAILURES_BACK_OFF, signal);
    }
  }
}

function notCreated(topic: InternalTopic, error: unknown): unknown {
  if (!(error instanceof ConnectorError) || error.code !== 'KAFKA_TOPIC_CREATION') return error;
  const factor = topic.property.replace(/topic$/, 'replication.factor');
  return new ConnectorError(
    'STORE_TOPIC_CREATION',
    `Topic '${topic.name}' supplied via the '${topic.property}' property could not be created: ${error.message}. See '${factor}'`,
    { cause: error },
  );
}

async function verifyCompacted(
  topic: InternalTopic,
  { admin, cluster, log }: { admin: Admin; cluster: Cluster; log: KafkaLog },
  signal: AbortSignal,
): Promise<void> {
  const policy = await cleanupPolicy(topic, { admin, cluster, log }, signal);
  if (policy === undefined || policy === 'compact') return;
  throw new ConnectorError(
    'STORE_TOPIC_UNFIT',
    `Topic '${topic.name}' supplied via the '${topic.property}' property has cleanup.policy=${policy}, but must have ` +
      `cleanup.policy=compact: with any other policy Kafka deletes old records, and ${topic.purpose} would be lost`,
  );
}

/** Undefined: this client may not know. */
async function cleanupPolicy(
  topic: InternalTopic,
  { admin, cluster, log }: { admin: Admin; cluster: Cluster; log: KafkaLog },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const configs = await cluster.retryingNew(`configuration of topic ${topic.name}`, signal, (inner) =>
      admin.topicConfigs(topic.name, inner),
    );
    return configs.get('cleanup.policy') ?? undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'KAFKA_AUTHORIZATION') throw error;
    log.warn(
      { topic: topic.name },
      `the cleanup policy of ${topic.property} could not be checked, since this client may not describe its configuration; make sure that it is compact`,
    );
    return undefined;
  }
}
