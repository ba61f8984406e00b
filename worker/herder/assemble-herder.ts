import type { ConfigChange, ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { ConfigStore } from '../../config-topics/config-store.ts';
import type { OffsetStore } from '../../config-topics/offset-store.ts';
import type { StatusStore } from '../../config-topics/status-store.ts';
import type { ConnectorError } from '../../errors/connector-error.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { GroupLeader } from '../group/group-leader.ts';
import { leftSlots, type LeftSlot } from '../health/left-slots.ts';
import { RebalanceMeter } from '../health/rebalance-meter.ts';
import { connectorOf, taskNumberOf } from '../group/work.ts';
import type { ClusterWarnings } from '../cluster-warnings.ts';
import type { LogLevels } from '../log-levels.ts';
import type { OffsetCopies } from '../offsets/offset-copies.ts';
import type { PluginRegistry } from '../plugins.ts';
import { WorkerQuestions } from '../rest/ask-worker.ts';
import type { TaskEvent, TaskHosts } from '../supervisor/task-hosts.ts';
import type { WorkerConfig } from '../worker-config.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config-equality.ts';
import { ConfigEvents } from './config-events.ts';
import { ConnectorResolver } from './connector-resolver.ts';
import { ConnectorRequests } from './connector-requests.ts';
import { FinishedConnectors } from './finished-connectors.ts';
import { GroupEvents } from './group-events.ts';
import { HealthRequests } from './health-requests.ts';
import { Herder } from './herder.ts';
import { LeaderDuties } from './leader-duties.ts';
import { LeaderWrites } from './leader-writes.ts';
import { withLostOffsets } from './lost-offsets.ts';
import { localParts, type LocalParts } from './local-parts.ts';
import { Membership } from './membership.ts';
import { StoredOffsets } from './offset-access.ts';
import { OffsetRequests } from './offset-requests.ts';
import { FencingRounds } from './fencing-rounds.ts';
import { fenceProducers, type ConnectorProducers } from './producer-fencing.ts';
import { RevisionRequests } from './revision-requests.ts';
import { NotLeader } from './rest-error.ts';
import { SecretSettings } from './secret-settings.ts';
import { SerialQueue } from './serial-queue.ts';
import { SessionKeys } from './session-keys.ts';
import { SignalRequests } from './signal-requests.ts';
import { SlotRequests } from './slot-requests.ts';
import { StateRequests } from './state-requests.ts';
import { statusTable } from './status-table-view.ts';
import { TaskConfigRequests } from './task-config-requests.ts';
import { TopicTracking } from './topic-tracking.ts';
import { applyLoggerLevel } from './logger-records.ts';
import { WorkerCalls } from './worker-calls.ts';
import { workOf } from './work-of.ts';
import { workerValidator } from './worker-validator.ts';

export interface AssemblyInput {
  readonly config: WorkerConfig;
  readonly log: TaskLog;
  /** Of all loggers of this worker. */
  readonly levels: LogLevels;
  readonly kafkaClusterId: () => string;
  readonly plugins: PluginRegistry;
  readonly stores: { readonly config: ConfigStore; readonly offset: OffsetStore; readonly status: StatusStore };
  /** What exists; empty before the config topic has been read to its end. */
  readonly view: () => ConfigSnapshot;
  /** Copies of offsets that connectors keep in topics of their own. */
  readonly offsetCopies: OffsetCopies;
  readonly hosts: TaskHosts;
  /** Another round of the group is near. */
  readonly onRoundNear: () => void;
  /** Asks the group client for a heartbeat now. */
  readonly beatNow: () => void;
  readonly warnings: ClusterWarnings;
  /** The leader does not take this worker into the group. */
  readonly onRefused: (error: ConnectorError) => void;
  /** Aborted when the worker ends. */
  readonly signal: AbortSignal;
}

/** Two heartbeat intervals: by then all members that live have joined. */
const announceMs = 1000;

/** Puts the herder together and holds the ends that events come in by. Nothing happens before the first event. */
export class HerderAssembly {
  readonly herder: Herder;
  readonly group: GroupEvents;
  readonly membership: Membership;
  readonly #input: AssemblyInput;
  readonly #queue = new SerialQueue();
  readonly #groupLeader: GroupLeader;
  readonly #leader: LeaderWrites;
  readonly #taskSets: TaskConfigRequests;
  readonly #sessionKeys: SessionKeys;
  readonly #calls: WorkerCalls;
  readonly #fencing: FencingRounds;
  readonly #local: LocalParts;
  readonly #secrets: SecretSettings;
  readonly #resolver: ConnectorResolver;
  readonly #configEvents: ConfigEvents;
  readonly #duties: LeaderDuties;
  readonly #exactlyOnce: boolean;
  readonly #rebalances = new RebalanceMeter();
  readonly #topics: TopicTracking;
  readonly #finished: FinishedConnectors;
  #configRead = false;
  #started = false;
  /** Hosts are started for the tasks that may come. */
  #warm = false;
  #expectedTasks = 1;
  #offsetsLost: ConnectorError | undefined;

  constructor(input: AssemblyInput) {
    const { config, stores } = input;
    this.#input = input;
    this.#exactlyOnce = config.values.exactlyOnceSourceSupport === 'enabled';
    this.#secrets = new SecretSettings(input.plugins);
    this.#resolver = new ConnectorResolver({
      resolver: config.resolver,
      secretValues: config.secretValues,
      isSecret: (given) => this.#secrets.loaded(given),
      isSecretByName: (given) => this.#secrets.of(given),
    });
    this.membership = new Membership(systemClock, config.values.sessionTimeoutMs);
    this.#groupLeader = new GroupLeader(config.values.scheduledRebalanceMaxDelayMs);
    this.#leader = new LeaderWrites(this.membership, {
      claim: (signal) => stores.config.claimLeader(signal),
      release: () => stores.config.releaseLeader(),
      readToEnd: (signal) => stores.config.readToEnd(signal),
    });
    this.#local = this.#localParts();
    this.#finished = new FinishedConnectors({
      clock: systemClock,
      log: input.log,
      view: input.view,
      finish: (name, detail) => this.#finish(name, detail, input.signal),
      signal: input.signal,
    });
    this.#taskSets = new TaskConfigRequests({
      queue: this.#queue,
      leader: this.#leader,
      writer: stores.config,
      view: input.view,
      transactional: config.values.exactlyOnceSourceSupport !== 'disabled',
      signal: input.signal,
    });
    this.#fencing = this.#fencingRounds();
    this.#sessionKeys = this.#keys();
    this.#calls = new WorkerCalls(config, () => input.view().sessionKey);
    this.#duties = this.#leaderDuties();
    this.group = this.#groupEvents();
    this.#topics = new TopicTracking({
      statuses: stores.status,
      exists: (name) => input.view().connectors.has(name),
      enabled: config.values.topicTrackingEnable,
      resetAllowed: config.values.topicTrackingAllowReset,
      now: Date.now,
    });
    this.herder = this.#herder();
    this.#configEvents = this.#events();
  }

  onConfigChange(change: ConfigChange): void {
    this.#configEvents.receive(change);
  }

  /** The config topic has been read to its end for the first time: what had to wait for that begins. */
  onConfigRead(): void {
    this.#configRead = true;
    this.#configEvents.changed();
    if (this.membership.session?.isLeader === true) this.#duties.leading();
  }

  /** The worker takes requests: what would have held that up begins now. */
  onStarted(): void {
    this.#started = true;
    this.#prepare();
    void this.#input.hosts.warmed(this.#expectedTasks, this.#input.signal).then(() => {
      this.#warm = true;
      this.group.readied();
    });
  }

  onTaskEvent(event: TaskEvent): void {
    if (event.type === 'wrote') this.#topics.wrote(connectorOf(event.id), taskNumberOf(event.id), event.topics);
    this.#local.tasks.receive(withLostOffsets(event, this.#offsetsLost));
  }

  /** The topic of source offsets is gone: tasks end here, and none starts, until the worker is started anew. */
  onOffsetsLost(error: ConnectorError): void {
    this.#offsetsLost = error;
    for (const key of this.membership.session?.work.tasks ?? []) this.#local.tasks.restart(key);
  }

  /** Gives up this worker's share in good order; settles when no task is left and the group may hear of it. */
  async close(): Promise<void> {
    // A group that waits for a dead member has no round until its session ends; the others then learn of it later.
    await this.group.announceLeaving(AbortSignal.timeout(announceMs)).catch(() => undefined);
    this.group.leaving();
    await this.#local.share.close();
  }

  #prepare(): void {
    const { view, hosts } = this.#input;
    const known = view().connectors;
    // Where there are connectors a task may come here at any moment; where there are none, a spare is waste.
    if (known.size > 0)
      hosts.keepWarm([...new Set([...known.values()].map(({ config }) => config['connector.class'] ?? ''))]);
    // So that answers hide what only the definitions of a plug-in know to be a secret. A class that is not here has none.
    for (const { config } of known.values()) void this.#secrets.loaded(config).catch(() => undefined);
  }

  #localParts(): LocalParts {
    const { config, log, view, plugins, stores, offsetCopies, hosts, beatNow, signal } = this.#input;
    return localParts({
      config,
      log,
      membership: this.membership,
      view,
      plugins,
      resolver: this.#resolver,
      statuses: stores.status,
      offsets: stores.offset,
      offsetCopies,
      readConfigToEnd: (deadline) => stores.config.readToEnd(deadline),
      hosts,
      beatNow,
      publish: (name, configs, deadline) => this.#publish(name, configs, deadline),
      onFinished: (name, detail) => this.#finished.stop(name, detail),
      onReleased: () => this.group.released(),
      signal,
    });
  }

  /** Through the leader's queue, wherever the leader is. */
  async #finish(name: string, detail: string, signal: AbortSignal): Promise<void> {
    try {
      await this.herder.finish(name, detail);
    } catch (error) {
      if (!(error instanceof NotLeader) || error.target === undefined) throw error;
      await this.#calls.putFinished(error.target, { name, detail }, signal);
    }
  }

  /** Through the leader's queue, wherever the leader is. */
  async #publish(name: string, configs: Parameters<TaskConfigRequests['put']>[1], signal: AbortSignal): Promise<void> {
    try {
      await this.#taskSets.put(name, configs);
    } catch (error) {
      if (!(error instanceof NotLeader) || error.target === undefined) throw error;
      await this.#calls.postTaskConfigs(error.target, { name, configs }, AbortSignal.any([signal, this.#input.signal]));
    }
  }

  #keys(): SessionKeys {
    const { config, log, stores, view, signal } = this.#input;
    const { keyGenerationAlgorithm, sessionKeySize, sessionKeyTtlMs } = config.values;
    return new SessionKeys({
      clock: systemClock,
      now: Date.now,
      log,
      queue: this.#queue,
      leader: this.#leader,
      write: (key) => stores.config.putSessionKey(key),
      current: () => view().sessionKey,
      algorithm: keyGenerationAlgorithm,
      bits: sessionKeySize ?? undefined,
      ttlMs: sessionKeyTtlMs,
      signal,
    });
  }

  #fencingRounds(): FencingRounds {
    const { config, log, plugins, stores, view, signal } = this.#input;
    return new FencingRounds({
      clock: systemClock,
      log,
      queue: this.#queue,
      leader: this.#leader,
      writer: stores.config,
      view,
      readConfigToEnd: (deadline) => stores.config.readToEnd(deadline),
      isSource: (connector) => plugins.find(connector.config['connector.class'] ?? '') !== undefined,
      transactional: config.values.exactlyOnceSourceSupport !== 'disabled',
      fence: (name, connector, tasks, deadline) => this.#fence(name, connector, tasks, deadline),
      failTasks: (connector, tasks, trace) => {
        // A leader that is only preparing says nothing: tasks on workers like itself do not wait.
        if (this.#exactlyOnce)
          for (const task of tasks) this.#local.statusWriter.report({ connector, task }, 'FAILED', trace);
      },
      signal,
    });
  }

  #fence(name: string, { config }: ConnectorConfigState, tasks: readonly number[], signal: AbortSignal): Promise<void> {
    return fenceProducers(this.#producers, { name, config }, tasks, signal);
  }

  get #producers(): ConnectorProducers {
    const { values, clients } = this.#input.config;
    const resolve = (config: Config): Promise<Config> => this.#resolver.resolve(config);
    return { groupId: values.groupId, producer: clients.producer, resolve };
  }

  #leaderDuties(): LeaderDuties {
    const { log, view, stores, signal } = this.#input;
    return new LeaderDuties({
      log,
      queue: this.#queue,
      leader: this.#leader,
      sessionKeys: this.#sessionKeys,
      fencing: this.#fencing,
      statuses: stores.status,
      view,
      readConfigToEnd: (deadline) => stores.config.readToEnd(deadline),
      removeExpiredRevisions: () => stores.config.removeExpiredRevisions(),
      signal,
    });
  }

  #groupEvents(): GroupEvents {
    const { config, log, view, hosts, onRefused } = this.#input;
    const { topics } = config;
    return new GroupEvents({
      clock: systemClock,
      log,
      url: config.advertised.url,
      topics: { config: topics.config.name, offset: topics.offset.name, status: topics.status.name },
      onRefused,
      membership: this.membership,
      leader: this.#groupLeader,
      local: this.#local.share,
      view,
      meter: this.#rebalances,
      onLease: (sentAt) => {
        hosts.lease(sentAt, config.values.sessionTimeoutMs);
        this.#local.statusWriter.confirmed();
      },
      isReady: () => this.#warm,
      onExpected: (tasks) => (this.#expectedTasks = tasks),
      onRoundNear: () => this.#input.onRoundNear(),
      onLeading: () => {
        if (this.#configRead) this.#duties.leading();
      },
      onFollowing: () => this.#duties.following(),
      onLost: () => this.#local.statusWriter.drop(),
    });
  }

  #herder(): Herder {
    const { config, plugins, stores, view, log, signal } = this.#input;
    const validator = workerValidator(config, plugins);
    const common = { queue: this.#queue, leader: this.#leader, view, signal };
    const { connectors, tasks } = this.#local;
    const states = new StateRequests({
      ...common,
      membership: this.membership,
      writer: stores.config,
      status: (name) => this.herder.connectorStatus(name),
      ownerUrl: (kind, item) => this.#groupLeader.ownerUrl(kind, item),
      local: {
        restartConnector: (name) => connectors.restart(name),
        restartTask: (key) => tasks.restart(key),
      },
    });
    const clusterId = this.#input.kafkaClusterId;
    const storedOffsets = this.#storedOffsets();
    const connectorRequests = new ConnectorRequests({
      ...common,
      writer: stores.config,
      validator,
      isSecret: (given) => this.#secrets.loaded(given),
      resolver: this.#resolver,
      log,
    });
    return new Herder({
      get kafkaClusterId() {
        return clusterId();
      },
      queue: this.#queue,
      membership: this.membership,
      unhealthy: () => this.#input.warnings.unhealthy,
      view,
      statuses: statusTable(stores.status),
      plugins,
      validator,
      secrets: this.#secrets,
      connectors: connectorRequests,
      revisions: new RevisionRequests({
        view,
        revisions: (name) => stores.config.revisions(name),
        isSecret: (given) => this.#secrets.loaded(given),
        put: (name, given, note) => connectorRequests.put(name, given, note),
      }),
      states,
      taskSets: this.#taskSets,
      fencing: this.#fencing,
      offsets: this.#offsetRequests(storedOffsets, common),
      slots: this.#slotRequests(storedOffsets),
      topics: this.#topics,
      signals: new SignalRequests({
        membership: this.membership,
        view,
        ownerUrl: (task) => this.#groupLeader.ownerUrl('tasks', task),
        call: (task, signal) => this.#local.signals.call(task, signal),
      }),
      health: this.#health(),
      putLoggerLevel: (namespace, level) => stores.config.putLoggerLevel(namespace, level),
    });
  }

  #leftSlots(): LeftSlot[] {
    const { stores, view } = this.#input;
    // Before the config topic has been read every connector would look deleted.
    if (!this.#configRead) return [];
    const { connectors } = view();
    const configs = new Map([...connectors].map(([name, { config }]) => [name, config]));
    return leftSlots({ stored: stores.offset.connectors, offsetsOf: (name) => stores.offset.all(name), configs });
  }

  #slotRequests(offsets: StoredOffsets): SlotRequests {
    const { plugins, stores, view, signal } = this.#input;
    return new SlotRequests({
      queue: this.#queue,
      leader: this.#leader,
      view,
      revisions: (name) => stores.config.revisions(name),
      leftSlots: () => this.#leftSlots(),
      readOffsetsToEnd: (deadline) => stores.offset.readToEnd(deadline),
      storedOffsets: (name) => stores.offset.all(name),
      offsets,
      connectorOf: (className) => plugins.load(className),
      resolve: (config) => this.#resolver.resolve(config),
      signal,
    });
  }

  #health(): HealthRequests {
    const { config, log, view, hosts, plugins } = this.#input;
    const { values, advertised } = config;
    const questions = new WorkerQuestions(config.rest.tls);
    return new HealthRequests({
      clock: systemClock,
      log,
      group: values.groupId,
      clientId: values.clientId === '' ? values.groupId : `${values.groupId}-${values.clientId}`,
      workerId: advertised.workerId,
      redact: (text) => config.secretValues.redact(text),
      url: advertised.url,
      membership: this.membership,
      view,
      status: (name) => this.herder.connectorStatus(name),
      memberUrls: () => this.#groupLeader.memberUrls,
      ownerUrl: (kind, item) => this.#groupLeader.ownerUrl(kind, item),
      askWorker: (url, authorization, limit) => questions.worker(url, authorization, limit),
      askLeader: (url, authorization, limit) => questions.leader(url, authorization, limit),
      tasks: () => this.#local.tasks.snapshots,
      hosts: () => hosts.report,
      leftSlots: () => this.#leftSlots(),
      versionOf: (name) => plugins.find(view().connectors.get(name)?.config['connector.class'] ?? '')?.version ?? null,
      connectorStartups: () => this.#local.connectorStartups.counts,
      taskStartups: () => this.#local.taskStartups.counts,
      rebalance: (now) => this.#rebalances.figures(now),
    });
  }

  #storedOffsets(): StoredOffsets {
    const { config, log, stores, offsetCopies } = this.#input;
    const { clients, topics } = config;
    return new StoredOffsets({
      store: stores.offset,
      storage: { ...topics.offset, topic: topics.offset.name, brokers: clients.own['bootstrap.servers'] ?? '' },
      copies: offsetCopies,
      producers: this.#producers,
      clients,
      exactlyOnce: this.#exactlyOnce,
      log,
    });
  }

  #offsetRequests(
    offsets: StoredOffsets,
    common: { queue: SerialQueue; leader: LeaderWrites; view: () => ConfigSnapshot; signal: AbortSignal },
  ): OffsetRequests {
    const { stores, plugins, view } = this.#input;
    return new OffsetRequests({
      ...common,
      offsets,
      readConfigToEnd: (deadline) => stores.config.readToEnd(deadline),
      connectorOf: (state) => plugins.load(state.config['connector.class'] ?? ''),
      resolve: (config) => this.#resolver.resolve(config),
      exactlyOnce: this.#exactlyOnce,
      fence: (name, connector, tasks, deadline) => this.#fence(name, connector, tasks, deadline),
      rounds: {
        settledWithout: (held) => this.#groupLeader.settled(workOf(view())) && !this.#groupLeader.anyTaskHeld(held),
        nextRound: (deadline) => this.group.nextRound(deadline),
      },
    });
  }

  #events(): ConfigEvents {
    const { log, levels, view } = this.#input;
    const { share, connectors, tasks, statusWriter } = this.#local;
    return new ConfigEvents({
      log,
      membership: this.membership,
      view,
      status: (name) => this.herder.connectorStatus(name),
      restarting: (id) => statusWriter.report(id, 'RESTARTING'),
      restartConnector: (name) => connectors.restart(name),
      restartTask: (key) => tasks.restart(key),
      onSessionKey: () => this.#sessionKeys.schedule(),
      onLoggerLevel: (namespace, level) => applyLoggerLevel(levels, log, { namespace, level }),
      onChanged: () => {
        share.reconcile();
        this.group.workChanged();
        if (this.membership.session?.isLeader === true) this.#fencing.startPending();
        if (this.#started) this.#prepare();
      },
    });
  }
}
