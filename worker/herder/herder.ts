import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { TaskBody } from '../health/task-body.ts';
import type { WorkerBody } from '../health/worker-body.ts';
import type { WorkerMeasures } from '../health/worker-measures.ts';
import type { ChangeOrigin } from '../../config-topics/records/revision-record.ts';
import type { PluginRegistry } from '../plugins.ts';
import type { ConfigDiff } from './config-diff.ts';
import type { Config } from './config-equality.ts';
import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import { configKeyInfos, type ConfigInfos, type ConfigKeyInfo, type PluginInfo } from './config-infos.ts';
import type { ConnectorRequests } from './connector-requests.ts';
import type {
  ConnectorInfo,
  ConnectorStatus,
  Health,
  HerderPort,
  InitialState,
  InstanceStatus,
  OffsetEntry,
  Stage,
  TaskId,
  DroppedSlot,
} from './herder-port.ts';
import { maskConfig } from './masked-config.ts';
import type { HealthRequests } from './health-requests.ts';
import type { Membership } from './membership.ts';
import type { FencingRounds } from './fencing-rounds.ts';
import type { OffsetRequests } from './offset-requests.ts';
import { otherPluginConfig, pluginInfos } from './plugin-listing.ts';
import { requireVersion } from './plugin-version.ts';
import { RestError } from './rest-error.ts';
import type { RevisionInfo, RevisionRequests } from './revision-requests.ts';
import type { RestartFlags } from './restart-plan.ts';
import type { SecretSettings } from './secret-settings.ts';
import type { SerialQueue } from './serial-queue.ts';
import type { SignalRequests } from './signal-requests.ts';
import type { SlotRequests } from './slot-requests.ts';
import type { StateRequests } from './state-requests.ts';
import { connectorStatus, taskStatus, type StatusTable } from './status-view.ts';
import type { TaskConfigRequests } from './task-config-requests.ts';
import { settingsOf, type GivenConfig, type Validator } from './validation.ts';
import { withPluginVersion } from './with-plugin-version.ts';
import { isRequestType } from '../plugin-names.ts';
import type { TopicTracking } from './topic-tracking.ts';

export interface HerderParts {
  readonly kafkaClusterId: string;
  readonly queue: SerialQueue;
  readonly membership: Membership;
  /** Why this worker cannot do its work, as far as it knows. */
  readonly unhealthy: () => string | undefined;
  readonly view: () => ConfigSnapshot;
  readonly statuses: StatusTable;
  readonly plugins: PluginRegistry;
  readonly validator: Validator;
  readonly secrets: SecretSettings;
  readonly connectors: ConnectorRequests;
  readonly states: StateRequests;
  readonly taskSets: TaskConfigRequests;
  readonly fencing: FencingRounds;
  readonly offsets: OffsetRequests;
  readonly slots: SlotRequests;
  readonly health: HealthRequests;
  readonly revisions: RevisionRequests;
  readonly topics: TopicTracking;
  readonly signals: SignalRequests;
  readonly putLoggerLevel: (namespace: string, level: string) => Promise<void>;
}

/** A worker that has not been a member of its group for so long cannot do its work. */
const outsideMs = 10_000;

/**
 * What REST asks of a worker.
 *
 * Who may touch what: the state of the cluster is the config topic, read by the store into snapshots that never change. Whatever
 * writes to that topic runs in the one serial queue, one request at a time, and looks at the newest snapshot between its
 * steps; nothing else writes. What this worker owns is changed by events of the group alone, and what runs on it by
 * reconciling the two: both at once where the event arrives, without an await in between, so that neither a slow write nor a
 * slow validation can hold up a revocation. Reads answer from the snapshots and wait for nobody.
 */
export class Herder implements HerderPort {
  readonly #parts: HerderParts;

  constructor(parts: HerderParts) {
    this.#parts = parts;
  }

  get kafkaClusterId(): string {
    return this.#parts.kafkaClusterId;
  }

  async health(): Promise<Health> {
    const { queue, membership, unhealthy } = this.#parts;
    const reason = unhealthy();
    if (reason !== undefined) return { status: 'unhealthy', message: `Worker cannot do its work. ${reason}` };
    await queue.passed();
    if (membership.outsideMs > outsideMs) {
      const seconds = Math.round(membership.outsideMs / 1000);
      return {
        status: 'unhealthy',
        message: `Worker was unable to handle this request and may be unable to handle other requests. It has not been a member of its group for ${seconds} s.`,
      };
    }
    return { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' };
  }

  stage(): Stage | undefined {
    return this.#parts.queue.stage;
  }

  connectors(): readonly string[] {
    return [...this.#parts.view().connectors.keys()];
  }

  connectorInfo(name: string): ConnectorInfo {
    const { config, tasks } = this.#connector(name);
    return {
      name,
      config: maskConfig({ ...config, name }, this.#parts.secrets.of(config)),
      tasks: tasks.map((_, task) => ({ connector: name, task })),
      type: this.#typeOf(config['connector.class']),
    };
  }

  connectorStatus(name: string): ConnectorStatus {
    const { view, statuses } = this.#parts;
    const state = view().connectors.get(name);
    // The statuses of a deleted connector are removed a moment after it.
    if (state === undefined) throw new RestError(404, `No status found for connector ${name}`);
    return connectorStatus(statuses, name, {
      type: this.#typeOf(state.config['connector.class']),
      taskCount: state.tasks.length,
    });
  }

  taskStatus(name: string, task: number): { readonly id: number } & InstanceStatus {
    return taskStatus(this.#parts.statuses, name, task);
  }

  taskConfigs(name: string): { readonly id: TaskId; readonly config: Readonly<Record<string, string>> }[] {
    const { config, tasks } = this.#connector(name);
    const isSecret = this.#parts.secrets.of(config);
    return tasks.map((taskConfig, task) => ({
      id: { connector: name, task },
      config: maskConfig(taskConfig, isSecret),
    }));
  }

  async createConnector(
    name: string,
    config: GivenConfig,
    initialState: InitialState | undefined,
    origin: ChangeOrigin = {},
  ): Promise<ConnectorInfo> {
    await this.#parts.connectors.create(name, config, { initialState, origin });
    return this.connectorInfo(name);
  }

  async putConnectorConfig(
    name: string,
    config: GivenConfig,
    origin: ChangeOrigin = {},
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    const created = await this.#parts.connectors.put(name, config, { origin });
    return { created, info: this.connectorInfo(name) };
  }

  async patchConnectorConfig(name: string, patch: GivenConfig, origin: ChangeOrigin = {}): Promise<ConnectorInfo> {
    await this.#parts.connectors.patch(name, patch, origin);
    return this.connectorInfo(name);
  }

  deleteConnector(name: string, origin: ChangeOrigin = {}): Promise<void> {
    return this.#parts.connectors.delete(name, origin);
  }

  configRevisions(name: string): readonly RevisionInfo[] {
    return this.#parts.revisions.list(name);
  }

  configRevision(name: string, revision: number): Promise<RevisionInfo & { readonly config: Config | null }> {
    return this.#parts.revisions.get(name, revision);
  }

  configDiff(name: string, from: number, to: number): Promise<ConfigDiff> {
    return this.#parts.revisions.diff(name, from, to);
  }

  async rollBackConfig(
    name: string,
    revision: number,
    origin: ChangeOrigin = {},
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    const created = await this.#parts.revisions.rollBack(name, revision, origin);
    return { created, info: this.connectorInfo(name) };
  }

  pause(name: string): Promise<void> {
    return this.#parts.states.pause(name);
  }

  resume(name: string): Promise<void> {
    return this.#parts.states.resume(name);
  }

  stop(name: string): Promise<void> {
    return this.#parts.states.stop(name);
  }

  restartConnector(name: string): Promise<void> {
    return this.#parts.states.restartConnector(name);
  }

  restartConnectorAndTasks(name: string, flags: RestartFlags): Promise<ConnectorStatus> {
    return this.#parts.states.restartConnectorAndTasks(name, flags);
  }

  restartTask(name: string, task: number): Promise<void> {
    return this.#parts.states.restartTask(name, task);
  }

  offsets(name: string): Promise<readonly OffsetEntry[]> {
    return this.#parts.offsets.list(name);
  }

  alterOffsets(name: string, offsets: readonly OffsetEntry[]): Promise<string> {
    return this.#parts.offsets.alter(name, offsets);
  }

  resetOffsets(name: string): Promise<string> {
    return this.#parts.offsets.reset(name);
  }

  sendSignal(name: string, signal: Parameters<SignalRequests['send']>[1]): Promise<string> {
    return this.#parts.signals.send(name, signal);
  }

  dropSlot(connector: string, slot: string, via: string | null): Promise<DroppedSlot> {
    return this.#parts.slots.drop(connector, slot, via);
  }

  topics(name: string): readonly string[] {
    return this.#parts.topics.topics(name);
  }

  resetTopics(name: string): void {
    this.#parts.topics.reset(name);
  }

  putTaskConfigs(name: string, configs: readonly Readonly<Record<string, string>>[]): Promise<void> {
    return this.#parts.taskSets.put(name, configs);
  }

  taskProgress(name: string, task: number): TaskBody {
    return this.#parts.health.taskProgress(name, task);
  }

  workerReport(): WorkerBody {
    return this.#parts.health.worker();
  }

  summary(authorization: string | undefined, alone: boolean): Promise<string> {
    return this.#parts.health.summary(authorization, alone);
  }

  measures(): WorkerMeasures {
    return this.#parts.health.measures();
  }

  sessionKey(): SessionKey | undefined {
    return this.#parts.view().sessionKey;
  }

  setClusterLogLevel(namespace: string, level: string): Promise<void> {
    return this.#parts.putLoggerLevel(namespace, level);
  }

  finish(name: string, detail: string): Promise<void> {
    return this.#parts.states.stop(name, detail);
  }

  fenceZombies(name: string): Promise<void> {
    return this.#parts.fencing.require(name);
  }

  plugins(): Promise<readonly PluginInfo[]> {
    return pluginInfos(this.#parts.plugins, this.#parts.validator);
  }

  async pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]> {
    const entry = this.#parts.plugins.find(plugin);
    if (entry === undefined) return otherPluginConfig(this.#parts.validator, plugin, version);
    requireVersion(entry, version);
    const [connector, format] = await Promise.all([entry.load(), this.#parts.validator.formats()]);
    const own = new Set(Object.values(connector.settings).map(({ name }) => name));
    const all = withPluginVersion(settingsOf(connector, format.settings), entry.version);
    // The plug-in's own definitions come first here, unlike in a validation.
    return configKeyInfos([...all.filter(({ name }) => own.has(name)), ...all.filter(({ name }) => !own.has(name))]);
  }

  validate(pluginClass: string, config: GivenConfig): Promise<ConfigInfos> {
    const included = config['connector.class'];
    if (typeof included === 'string' && !isRequestType(this.#withoutAlias(included), this.#withoutAlias(pluginClass)))
      return Promise.reject(
        new RestError(400, `Included connector type ${included} does not match request type ${pluginClass}`),
      );
    return this.#parts.connectors.validate(config);
  }

  /** The class that one of our own short names stands for; Connect's rule knows only class names. */
  #withoutAlias(name: string): string {
    const found = this.#parts.plugins.find(name);
    return found?.aliases.includes(name) === true ? found.className : name;
  }

  #connector(name: string) {
    const connector = this.#parts.view().connectors.get(name);
    if (connector === undefined) throw new RestError(404, `Connector ${name} not found`);
    return connector;
  }

  #typeOf(className: string | undefined): 'source' | 'unknown' {
    return className !== undefined && this.#parts.plugins.find(className) !== undefined ? 'source' : 'unknown';
  }
}
