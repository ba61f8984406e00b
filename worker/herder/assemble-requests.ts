import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { GroupLeader } from '../group/group-leader.ts';
import { leftSlots, type LeftSlot } from '../health/left-slots.ts';
import type { RebalanceMeter } from '../health/rebalance-meter.ts';
import { WorkerQuestions } from '../rest/ask-worker.ts';
import type { AssemblyInput } from './assembly-input.ts';
import { systemClock } from './clock.ts';
import { ConnectorRequests } from './connector-requests.ts';
import type { ConnectorResolver } from './connector-resolver.ts';
import type { FencingRounds } from './fencing-rounds.ts';
import { HealthRequests } from './health-requests.ts';
import { Herder } from './herder.ts';
import type { LeaderWrites } from './leader-writes.ts';
import type { LocalParts } from './local-parts.ts';
import type { Membership } from './membership.ts';
import { StoredOffsets } from './offset-access.ts';
import { OffsetRequests } from './offset-requests.ts';
import type { ConnectorProducers } from './producer-fencing.ts';
import { RevisionRequests } from './revision-requests.ts';
import type { SecretSettings } from './secret-settings.ts';
import type { SerialQueue } from './serial-queue.ts';
import { SignalRequests } from './signal-requests.ts';
import { SlotRequests } from './slot-requests.ts';
import { StateRequests } from './state-requests.ts';
import { statusTable } from './status-table-view.ts';
import type { TaskConfigRequests } from './task-config-requests.ts';
import type { TopicTracking } from './topic-tracking.ts';
import { workOf } from './work-of.ts';
import { workerValidator } from './worker-validator.ts';

/** What requests are answered with. */
export interface RequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly membership: Membership;
  readonly groupLeader: GroupLeader;
  readonly local: LocalParts;
  readonly secrets: SecretSettings;
  readonly resolver: ConnectorResolver;
  readonly taskSets: TaskConfigRequests;
  readonly fencing: FencingRounds;
  readonly topics: TopicTracking;
  readonly rebalances: RebalanceMeter;
  readonly producers: ConnectorProducers;
  readonly exactlyOnce: boolean;
  /** Whether the config topic has been read to its end. */
  readonly hasReadConfigs: () => boolean;
  readonly nextRound: (deadline: AbortSignal) => Promise<void>;
  readonly fence: (
    name: string,
    connector: ConnectorConfigState,
    tasks: readonly number[],
    deadline: AbortSignal,
  ) => Promise<void>;
}

/** The herder as those see it who ask something of it, with each kind of request. */
export function assembleRequests(input: AssemblyInput, parts: RequestParts): Herder {
  return new RequestAssembly(input, parts).herder;
}

class RequestAssembly {
  readonly herder: Herder;
  readonly #input: AssemblyInput;
  readonly #parts: RequestParts;

  constructor(input: AssemblyInput, parts: RequestParts) {
    this.#input = input;
    this.#parts = parts;
    this.herder = this.#made();
  }

  #made(): Herder {
    const { config, plugins, stores, view, log, signal } = this.#input;
    const validator = workerValidator(config, plugins);
    const common = { queue: this.#parts.queue, leader: this.#parts.leader, view, signal };
    const { connectors, tasks } = this.#parts.local;
    const states = new StateRequests({
      ...common,
      membership: this.#parts.membership,
      writer: stores.config,
      status: (name) => this.herder.connectorStatus(name),
      ownerUrl: (kind, item) => this.#parts.groupLeader.ownerUrl(kind, item),
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
      isSecret: (given) => this.#parts.secrets.loaded(given),
      resolver: this.#parts.resolver,
      log,
    });
    return new Herder({
      get kafkaClusterId() {
        return clusterId();
      },
      queue: this.#parts.queue,
      membership: this.#parts.membership,
      unhealthy: () => this.#input.warnings.unhealthy,
      view,
      statuses: statusTable(stores.status),
      plugins,
      validator,
      secrets: this.#parts.secrets,
      connectors: connectorRequests,
      revisions: new RevisionRequests({
        view,
        revisions: (name) => stores.config.revisions(name),
        isSecret: (given) => this.#parts.secrets.loaded(given),
        put: (name, given, note) => connectorRequests.put(name, given, note),
      }),
      states,
      taskSets: this.#parts.taskSets,
      fencing: this.#parts.fencing,
      offsets: this.#offsetRequests(storedOffsets, common),
      slots: this.#slotRequests(storedOffsets),
      topics: this.#parts.topics,
      signals: new SignalRequests({
        membership: this.#parts.membership,
        view,
        ownerUrl: (task) => this.#parts.groupLeader.ownerUrl('tasks', task),
        call: (task, signal) => this.#parts.local.signals.call(task, signal),
      }),
      health: this.#health(),
      putLoggerLevel: (namespace, level) => stores.config.putLoggerLevel(namespace, level),
    });
  }

  #leftSlots(): LeftSlot[] {
    const { stores, view, plugins } = this.#input;
    // Before the config topic has been read every connector would look deleted.
    if (!this.#parts.hasReadConfigs()) return [];
    const { connectors } = view();
    const configs = new Map([...connectors].map(([name, { config }]) => [name, config]));
    return leftSlots({
      stored: stores.offset.connectors,
      offsetsOf: (name) => stores.offset.all(name),
      configs,
      kinds: plugins.entries.flatMap(({ slots }) => slots ?? []),
      kindOf: (className) => plugins.find(className)?.slots,
    });
  }

  #slotRequests(offsets: StoredOffsets): SlotRequests {
    const { plugins, stores, view, signal } = this.#input;
    return new SlotRequests({
      queue: this.#parts.queue,
      leader: this.#parts.leader,
      view,
      revisions: (name) => stores.config.revisions(name),
      leftSlots: () => this.#leftSlots(),
      readOffsetsToEnd: (deadline) => stores.offset.readToEnd(deadline),
      storedOffsets: (name) => stores.offset.all(name),
      offsets,
      connectorOf: (className) => plugins.load(className),
      resolve: (config) => this.#parts.resolver.resolve(config),
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
      membership: this.#parts.membership,
      view,
      status: (name) => this.herder.connectorStatus(name),
      memberUrls: () => this.#parts.groupLeader.memberUrls,
      ownerUrl: (kind, item) => this.#parts.groupLeader.ownerUrl(kind, item),
      askWorker: (url, authorization, limit) => questions.worker(url, authorization, limit),
      askLeader: (url, authorization, limit) => questions.leader(url, authorization, limit),
      tasks: () => this.#parts.local.tasks.snapshots,
      hosts: () => hosts.report,
      leftSlots: () => this.#leftSlots(),
      versionOf: (name) => plugins.find(view().connectors.get(name)?.config['connector.class'] ?? '')?.version ?? null,
      connectorStartups: () => this.#parts.local.connectorStartups.counts,
      taskStartups: () => this.#parts.local.taskStartups.counts,
      rebalance: (now) => this.#parts.rebalances.figures(now),
    });
  }

  #storedOffsets(): StoredOffsets {
    const { config, log, stores, offsetCopies } = this.#input;
    const { clients, topics } = config;
    return new StoredOffsets({
      store: stores.offset,
      storage: { ...topics.offset, topic: topics.offset.name, brokers: clients.own['bootstrap.servers'] ?? '' },
      copies: offsetCopies,
      producers: this.#parts.producers,
      clients,
      exactlyOnce: this.#parts.exactlyOnce,
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
      resolve: (config) => this.#parts.resolver.resolve(config),
      exactlyOnce: this.#parts.exactlyOnce,
      fence: (name, connector, tasks, deadline) => this.#parts.fence(name, connector, tasks, deadline),
      rounds: {
        settledWithout: (held) =>
          this.#parts.groupLeader.settled(workOf(view())) && !this.#parts.groupLeader.anyTaskHeld(held),
        nextRound: (deadline) => this.#parts.nextRound(deadline),
      },
    });
  }
}
