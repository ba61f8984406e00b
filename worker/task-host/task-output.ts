import type { InternalTopic } from '../../config-topics/internal-topic.ts';
import type { SourceConnector, TaskLog } from '../../connectors/source-connector.ts';
import { Admin } from '../../kafka/admin.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import { Cluster } from '../../kafka/cluster.ts';
import { Sender, type OnTooLarge, type TopicSender } from '../../kafka/sender/sender.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { createOwnOffsetsTopic } from '../offsets/own-offset-store.ts';
import { ownOffsetsTopic } from '../offsets/own-offsets-topic.ts';
import type { EventOutput } from './event-output.ts';
import type { Lease } from './lease.ts';
import type { TaskOrder, TaskPlugins } from './messages.ts';
import { namedConverters } from '../named-converters.ts';
import type { PluginPath } from '../plugin-path/plugin-path.ts';
import { leavingOut, recordErrorsOf } from './error-handling.ts';
import { eventOutputFactory } from './event-output-factory.ts';
import { parseProducerSettings } from './producer-settings.ts';
import { taskPlugins } from './task-plugins.ts';
import { taskTransforms } from './task-transforms.ts';
import { transactionalIdOf } from './transactional-id.ts';
import { boundaryOf, type TransactionBoundary } from './transaction-boundary.ts';
import { topicCreationRules, type TopicPlan } from './topic-creation.ts';

const ownTopicRefused = 'Source tasks may not produce to their own offsets topics when exactly-once support is enabled';

/** A task's way into Kafka: its sender and what writes its events into it. */
export interface TaskOutput {
  readonly sender: Sender;
  readonly offsetsTopic: TopicSender;
  readonly inFlightBytes: number;
  /** How events become records in their topics, which are created where that is configured. */
  readonly events: EventOutput;
  readonly boundary: TransactionBoundary;
  /** The connector's offsets topic of its own; undefined: the offsets are in the worker's. */
  readonly ownOffsets: InternalTopic | undefined;
  /** What it is made of. */
  readonly plugins: TaskPlugins | undefined;
  close(): Promise<void>;
}

export interface OutputParts {
  readonly order: TaskOrder;
  readonly connector: Pick<SourceConnector, 'output' | 'className' | 'version'>;
  readonly plugins: PluginPath;
  readonly lease: Lease;
  readonly log: TaskLog;
  readonly signal: AbortSignal;
}

/**
 * Opens the sender, which fences the task's former incarnation when exactly-once is on. Configuration problems come
 * before that: a task that cannot run must not stop one that does.
 */
export async function openTaskOutput({
  order,
  connector,
  plugins,
  lease,
  log,
  signal,
}: OutputParts): Promise<TaskOutput> {
  const settings = parseProducerSettings(order.producerConfig);
  const failures = recordErrorsOf(order, log);
  const converters = await namedConverters(plugins, order.connectorConfig, order.workerConverters);
  const chain = await taskTransforms(order.connectorConfig, plugins);
  const eventOutput = eventOutputFactory({ order, output: connector.output, log, signal, failures, converters, chain });
  const boundary = boundaryOf({
    ...order,
    defaultIntervalMs: order.offsetFlushIntervalMs ?? 60_000,
    transactionTimeoutMs: settings.transactionTimeoutMs,
  });
  const ownOffsets = await ownOffsetsOf(order, log, signal);
  const rules = order.topicCreation ? topicCreationRules(order.connectorConfig) : undefined;
  const cluster = new Cluster(clientOptions(order.producerConfig));
  const adminCluster = rules === undefined ? undefined : new Cluster(clientOptions(order.adminConfig));
  const closeClusters = async (): Promise<void> => {
    await Promise.all([cluster.close(), adminCluster?.close()]);
  };
  let sender: Sender | undefined;
  try {
    const opened = await Sender.open(
      {
        cluster,
        transactionalId: order.exactlyOnce ? transactionalIdOf(order.groupId, order.connector, order.task) : undefined,
        transactionTimeoutMs: settings.transactionTimeoutMs,
        compression: settings.compressionType,
        batchBytes: settings.batchSize,
        lingerMs: settings.lingerMs,
        deliveryTimeoutMs: settings.deliveryTimeoutMs,
        requestTimeoutMs: settings.requestTimeoutMs,
        maxRequestBytes: settings.maxRequestSize,
        mayWrite: () => lease.valid(),
      },
      signal,
    );
    sender = opened;
    const offsetsTopic = await opened.topic(ownOffsets?.name ?? order.offsetsTopic, { signal });
    const open = new Map<string, TopicSender>();
    const onTooLarge = leavingOut(failures);
    return {
      sender: opened,
      offsetsTopic,
      inFlightBytes: settings.bufferMemory,
      boundary,
      ownOffsets,
      plugins: taskPlugins({ order, connector, converters, chain }),
      events: eventOutput(async (name) => {
        if (order.exactlyOnce && name === offsetsTopic.name)
          throw new ConnectorError('OFFSETS_TOPIC_WRITTEN', ownTopicRefused);
        const known =
          open.get(name) ??
          (await openTopic({ name, cluster, adminCluster, sender: opened, plan: rules?.(name), signal, onTooLarge }));
        open.set(name, known);
        return known;
      }),
      close: async () => {
        await opened.close();
        await closeClusters();
      },
    };
  } catch (error) {
    await sender?.close();
    await closeClusters();
    throw error;
  }
}

/** Where the connector's own offsets topic is to be; it is there when this resolves. */
async function ownOffsetsOf(order: TaskOrder, log: TaskLog, signal: AbortSignal): Promise<InternalTopic | undefined> {
  const { offsetStorage, offsetsTopic, connectorConfig, producerConfig, adminConfig } = order;
  if (offsetStorage === undefined) return undefined;
  const storage = { ...offsetStorage, topic: offsetsTopic };
  const own = ownOffsetsTopic(storage, connectorConfig, producerConfig['bootstrap.servers']);
  if (own !== undefined) await createOwnOffsetsTopic(own, { admin: adminConfig, log }, signal);
  return own;
}

interface Opening {
  readonly name: string;
  readonly cluster: Cluster;
  readonly adminCluster: Cluster | undefined;
  readonly sender: Sender;
  readonly plan: TopicPlan | undefined;
  readonly signal: AbortSignal;
  readonly onTooLarge: OnTooLarge | undefined;
}

/** With a plan the topic is created here when missing; without one the brokers may do it (auto.create.topics.enable). */
async function openTopic({ name, cluster, adminCluster, sender, plan, ...options }: Opening): Promise<TopicSender> {
  const { signal } = options;
  try {
    return await sender.topic(name, { ...options, autoCreate: plan === undefined });
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'KAFKA_UNKNOWN_TOPIC') throw error;
    if (plan === undefined || adminCluster === undefined)
      throw new ConnectorError(
        'TOPIC_MISSING',
        `topic ${name} does not exist, and neither the connector (topic.creation.default.*) nor the brokers (auto.create.topics.enable) create it`,
        { cause: error },
      );
    try {
      await new Admin(adminCluster).createTopic({ name, ...plan }, signal);
    } catch (cause) {
      throw new ConnectorError(
        'TOPIC_MISSING',
        `topic ${name} does not exist and could not be created: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    await cluster.topic(name, { signal, refresh: true, justCreated: true });
    return await sender.topic(name, options);
  }
}
