import type { ConfigChange, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { ConnectorError } from '../../errors/connector-error.ts';
import { GroupLeader } from '../group/group-leader.ts';
import { RebalanceMeter } from '../health/rebalance-meter.ts';
import { connectorOf, taskNumberOf } from '../group/work.ts';
import type { TaskEvent } from '../supervisor/task-hosts.ts';
import { assembleRequests } from './assemble-requests.ts';
import type { AssemblyInput } from './assembly-input.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config-equality.ts';
import { ConfigEvents } from './config-events.ts';
import { ConnectorResolver } from './connector-resolver.ts';
import { FinishedConnectors } from './finished-connectors.ts';
import { GroupEvents } from './group-events.ts';
import type { Herder } from './herder.ts';
import { LeaderDuties } from './leader-duties.ts';
import { LeaderWrites } from './leader-writes.ts';
import { withLostOffsets } from './lost-offsets.ts';
import { localParts, type LocalParts } from './local-parts.ts';
import { Membership } from './membership.ts';
import { FencingRounds } from './fencing-rounds.ts';
import { fenceProducers, type ConnectorProducers } from './producer-fencing.ts';
import { NotLeader } from './rest-error.ts';
import { SecretSettings } from './secret-settings.ts';
import { SerialQueue } from './serial-queue.ts';
import { SessionKeys } from './session-keys.ts';
import { TaskConfigRequests } from './task-config-requests.ts';
import { TopicTracking } from './topic-tracking.ts';
import { applyLoggerLevel } from './logger-records.ts';
import { WorkerCalls } from './worker-calls.ts';

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
      finish: (name, detail) =>
        this.#atLeader(
          () => this.herder.finish(name, detail),
          (leader) => this.#calls.putFinished(leader, { name, detail }, input.signal),
        ),
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
    this.herder = assembleRequests(input, {
      queue: this.#queue,
      leader: this.#leader,
      membership: this.membership,
      groupLeader: this.#groupLeader,
      local: this.#local,
      secrets: this.#secrets,
      resolver: this.#resolver,
      taskSets: this.#taskSets,
      fencing: this.#fencing,
      topics: this.#topics,
      rebalances: this.#rebalances,
      producers: this.#producers,
      exactlyOnce: this.#exactlyOnce,
      hasReadConfigs: () => this.#configRead,
      nextRound: (deadline) => this.group.nextRound(deadline),
      fence: (name, connector, tasks, deadline) => this.#fence(name, connector, tasks, deadline),
    });
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
      publish: (name, configs, deadline) =>
        this.#atLeader(
          () => this.#taskSets.put(name, configs),
          (leader) => this.#calls.postTaskConfigs(leader, { name, configs }, AbortSignal.any([deadline, signal])),
        ),
      onFinished: (name, detail) => this.#finished.stop(name, detail),
      onReleased: () => this.group.released(),
      signal,
    });
  }

  /** Through the leader's queue, wherever the leader is: `there` has its REST URL. */
  async #atLeader(here: () => Promise<void>, there: (leaderUrl: string) => Promise<void>): Promise<void> {
    try {
      await here();
    } catch (error) {
      if (!(error instanceof NotLeader) || error.target === undefined) throw error;
      await there(error.target);
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
