import type { ConfigSnapshot } from '../config-topics/config-snapshot.ts';
import type { ForeignRecord } from '../config-topics/record-writer.ts';
import { ConfigStore } from '../config-topics/config-store.ts';
import type { InternalTopic } from '../config-topics/internal-topic.ts';
import { OffsetStore } from '../config-topics/offset-store.ts';
import { StatusStore } from '../config-topics/status-store.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { abortable } from '../kafka/abortable.ts';
import { clientOptions } from '../kafka/client-options.ts';
import { Cluster } from '../kafka/cluster.ts';
import { GroupMember } from '../kafka/group-member.ts';
import { checkOffsetTopic, foreignText } from './cluster-identity.ts';
import { ClusterWarnings } from './cluster-warnings.ts';
import { HerderAssembly } from './herder/assemble-herder.ts';
import type { HerderPort } from './herder/herder-port.ts';
import { OffsetCopies } from './offsets/offset-copies.ts';
import { PluginRegistry } from './plugins.ts';
import type { RunnableWorker, WorkerOptions } from './run-worker.ts';
import { TaskHosts } from './supervisor/task-hosts.ts';
import type { TopicPlan, WorkerConfig } from './worker-config.ts';

/** For testing. */
export interface WorkerSeams {
  /** Other connectors than the built-in ones. */
  readonly plugins?: PluginRegistry;
  /** The module that task hosts run; it must know those connectors too. */
  readonly hostModule?: URL;
}

const nothingRead: ConfigSnapshot = {
  offset: -1n,
  connectors: new Map(),
  sessionKey: undefined,
  marker: undefined,
};

/** Statuses of what was handed over; what is not written by then the next owner writes anyway. */
const flushMs = 2000;

function internalTopic(plan: TopicPlan, property: string, purpose: string): InternalTopic {
  return { ...plan, property, purpose, single: plan.partitions === 1 && property === 'config.storage.topic' };
}

/**
 * One worker of a cluster, without its REST port: opens what it needs of Kafka, joins the group and runs its share until it is
 * stopped. It owns every connection and child process, and `stop` closes them all.
 */
export class Worker implements RunnableWorker {
  readonly #options: WorkerOptions;
  readonly #life = new AbortController();
  readonly #cluster: Cluster;
  readonly #stores: { readonly config: ConfigStore; readonly offset: OffsetStore; readonly status: StatusStore };
  readonly #offsetCopies: OffsetCopies;
  readonly #hosts: TaskHosts;
  readonly #assembly: HerderAssembly;
  readonly #member: GroupMember;
  readonly #warnings: ClusterWarnings;
  readonly #joined = Promise.withResolvers<undefined>();
  #clusterId = '';
  #configRead = false;
  #started = false;

  constructor(options: WorkerOptions, { plugins, hostModule }: WorkerSeams = {}) {
    const { config, log } = options;
    this.#options = options;
    this.#joined.promise.catch(() => undefined);
    const kafkaLog = log.named('millrace.kafka');
    this.#cluster = new Cluster(clientOptions({ 'client.id': clientId(config), ...config.clients.own }), kafkaLog);
    this.#warnings = new ClusterWarnings(log);
    this.#stores = this.#openStores();
    this.#offsetCopies = new OffsetCopies({
      cluster: this.#cluster,
      topic: config.topics.offset.name,
      groupId: config.values.groupId,
      log,
    });
    this.#hosts = new TaskHosts({
      max: config.taskHostsMax,
      spare: config.values.taskHostsSpare,
      heapMaxMb: config.values.taskHostsHeapMaxMb ?? undefined,
      log: log.named('millrace.worker.hosts'),
      loggers: { levels: log.levels, named: (logger) => log.named(logger) },
      onEvent: (event) => this.#assembly.onTaskEvent(event),
      ...(hostModule === undefined ? {} : { module: hostModule }),
    });
    this.#assembly = new HerderAssembly({
      config,
      log: log.named('millrace.worker.herder'),
      levels: log.levels,
      kafkaClusterId: () => this.#clusterId,
      plugins: plugins ?? this.#openPlugins(),
      stores: this.#stores,
      offsetCopies: this.#offsetCopies,
      view: () => (this.#configRead ? this.#stores.config.snapshot() : nothingRead),
      hosts: this.#hosts,
      beatNow: () => this.#member.beatNow(),
      onRoundNear: () => this.#member.watch(),
      warnings: this.#warnings,
      onRefused: (error) => this.#failed(error),
      signal: this.#life.signal,
    });
    this.#member = this.#groupMember();
  }

  /** Rejects with why the worker cannot run, or with the signal's reason. What was opened then is closed by `stop`. */
  async start(signal: AbortSignal): Promise<HerderPort> {
    const both = AbortSignal.any([signal, this.#life.signal]);
    // None waits for another: joining in particular does not wait for the end of the config topic.
    this.#member.start();
    const configRead = this.#stores.config.start(both).then(() => {
      this.#configRead = true;
      this.#assembly.onConfigRead();
    });
    await Promise.all([
      this.#cluster.clusterId({ signal: both }).then((id) => (this.#clusterId = id)),
      configRead,
      this.#stores.offset.start(both, async (topicId) => {
        await configRead;
        await this.#checkOffsetTopic(topicId, both);
      }),
      this.#stores.status.start(both),
      abortable(this.#joined.promise, both),
    ]);
    await this.#settleIdentity(both);
    this.#started = true;
    this.#assembly.onStarted();
    return this.#assembly.herder;
  }

  /** Tasks first, in their graceful time; then the group hears of it, so that they go on elsewhere at once. */
  async stop(): Promise<void> {
    const { log } = this.#options;
    if (this.#started) {
      await this.#assembly.close();
      await this.#stores.status
        .flush(AbortSignal.timeout(flushMs))
        .catch((error: unknown) => log.warn({ err: error }, 'worker: last statuses not written'));
    }
    await this.#member.leave();
    this.#life.abort(new DOMException('the worker stops', 'AbortError'));
    const { config, offset, status } = this.#stores;
    await this.#hosts.close();
    await Promise.all([this.#offsetCopies.close(), config.close(), offset.close(), status.close()]);
    await this.#cluster.close();
  }

  /** Process ids of the task hosts, for people and tests. */
  get hostPids(): readonly number[] {
    return this.#hosts.pids;
  }

  /** Plug-ins that cannot be used are reported here, and to whoever asks for one of them; the others are not disturbed. */
  #openPlugins(): PluginRegistry {
    const { config, log } = this.#options;
    const registry = PluginRegistry.open(config.values.pluginPath);
    for (const { folder, message } of registry.path.problems) log.warn({ folder }, `plugin.path: ${message}`);
    return registry;
  }

  #openStores() {
    const { config, log } = this.#options;
    const { topics, values } = config;
    const topicLog = log.named('millrace.worker.topics');
    const onForeign = (record: ForeignRecord): void => this.#foreign(record);
    const common = { cluster: this.#cluster, log: topicLog, groupId: values.groupId, onForeign };
    const topicOf = (plan: TopicPlan, property: string, purpose: string): InternalTopic => ({
      ...internalTopic(plan, property, purpose),
      mayCreate: values.internalTopicsCreation,
    });
    return {
      config: new ConfigStore({
        ...common,
        topic: topicOf(topics.config, 'config.storage.topic', 'connector configurations'),
        onFailed: (error) => this.#storeFailed('config', error),
        revisions: { max: values.configRevisionsMax, deletedRetentionMs: values.configRevisionsDeletedRetentionMs },
        transactional: values.exactlyOnceSourceSupport !== 'disabled',
        onChange: (change) => this.#assembly.onConfigChange(change),
      }),
      offset: new OffsetStore({
        ...common,
        topic: topicOf(topics.offset, 'offset.storage.topic', 'source offsets'),
        onFailed: (error) => this.#storeFailed('offset', error),
      }),
      status: new StatusStore({
        ...common,
        topic: topicOf(topics.status, 'status.storage.topic', 'connector and task statuses'),
        onFailed: (error) => this.#storeFailed('status', error),
      }),
    };
  }

  #groupMember(): GroupMember {
    const { log, config } = this.#options;
    const { values } = config;
    const { group } = this.#assembly;
    const member = new GroupMember({
      cluster: this.#cluster,
      group: values.groupId,
      log: log.named('millrace.kafka.group'),
      sessionTimeoutMs: values.sessionTimeoutMs,
      heartbeatIntervalMs: values.heartbeatIntervalMs,
      rebalanceTimeoutMs: values.rebalanceTimeoutMs,
      metadata: () => group.metadata(),
      assign: (members, _generation, leaderId) => group.assign(members, leaderId),
      events: {
        onAssigned: (assigned) => {
          group.onAssigned(assigned);
          this.#joined.resolve(undefined);
        },
        onHeartbeat: (beat) => group.onHeartbeat(beat),
        onAnswered: (answer) => group.onAnswered(answer),
        onLost: (reason) => group.onLost(reason),
        onFailed: (error) => this.#failed(error),
      },
    });
    group.connect((reason) => member.requestRejoin(reason));
    return member;
  }

  async #checkOffsetTopic(topicId: string | undefined, signal: AbortSignal): Promise<void> {
    const { values, topics } = this.#options.config;
    const { marker } = this.#stores.config.snapshot();
    const clusterId = await this.#cluster.clusterId({ signal });
    if (!values.internalTopicsAcceptRecreated)
      checkOffsetTopic({ topic: topics.offset.name, marker, clusterId, topicId });
  }

  async #settleIdentity(signal: AbortSignal): Promise<void> {
    const { config, offset, status } = this.#stores;
    const { topics, values } = this.#options.config;
    const connectors = status.connectors();
    if (config.claimedNow && config.snapshot().connectors.size === 0 && connectors.length > 0)
      this.#options.log.warn(
        { topic: topics.config.name, connectors: connectors.slice(0, 20), group: values.groupId },
        'the config topic is new, but there are statuses of connectors: was it deleted? They are removed as those of connectors that do not exist',
      );
    const { topicId } = offset;
    const known = config.snapshot().marker?.offsetTopic;
    const { name } = topics.offset;
    if (topicId !== undefined && (known?.id !== topicId || known.name !== name))
      await config.putOffsetTopic({ name, id: topicId }, signal);
  }

  #foreign(record: ForeignRecord): void {
    const message = foreignText(record, this.#options.config.values.groupId);
    this.#warnings.report({ code: 'FOREIGN_WRITER', topic: record.topic, message, unhealthy: false });
  }

  /**
   * A topic of the three can no longer be read. The worker stays: started anew by whatever watches over it, it would find, or make,
   * an empty topic, and go on from nothing. Without the offsets no task runs here; without the others tasks go on.
   */
  #storeFailed(what: 'config' | 'offset' | 'status', error: ConnectorError): void {
    if (error.code !== 'KAFKA_LOG_CHANGED' || !this.#started) {
      this.#failed(error);
      return;
    }
    const lost = new ConnectorError('INTERNAL_TOPIC_LOST', `${error.message} (${what}.storage.topic)`, {
      cause: error,
    });
    const topic = this.#options.config.topics[what].name;
    this.#warnings.report({ code: lost.code, topic, message: lost.message, unhealthy: true });
    if (what === 'offset') this.#assembly.onOffsetsLost(lost);
  }

  #failed(error: unknown): void {
    if (this.#life.signal.aborted) return;
    this.#joined.reject(error);
    if (this.#started) this.#options.onFatal(error);
  }
}

/** As Connect names its clients: `<group>[-<client.id>]`. */
function clientId({ values }: WorkerConfig): string {
  return values.clientId === '' ? values.groupId : `${values.groupId}-${values.clientId}`;
}
