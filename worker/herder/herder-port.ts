import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import type { OffsetValue } from '../../connectors/change-batch.ts';
import type { TaskBody } from '../health/task-body.ts';
import type { WorkerBody } from '../health/worker-body.ts';
import type { WorkerMeasures } from '../health/worker-measures.ts';
import type { ChangeOrigin } from '../../config-topics/records/revision-record.ts';
import type { TaskSignal } from '../../connectors/task-signal.ts';
import type { ConfigDiff } from './config-diff.ts';
import type { RevisionInfo } from './revision-requests.ts';
import type { ConfigInfos, ConfigKeyInfo, PluginInfo } from './config-infos.ts';

/** States on the wire; a task is never STOPPED (reference: clients with strict enums). */
export type ConnectorState = 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'UNASSIGNED' | 'RESTARTING';

export interface TaskId {
  readonly connector: string;
  readonly task: number;
}

/** Connect's ConnectorInfo. */
export interface ConnectorInfo {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly tasks: readonly TaskId[];
  readonly type: 'source' | 'sink' | 'unknown';
}

export interface InstanceStatus {
  readonly state: ConnectorState;
  readonly worker_id: string;
  readonly trace?: string;
  readonly version?: string | null;
  /** Ours: why a connector is STOPPED that nobody stopped. */
  readonly detail?: string;
}

/** Answer to the order to drop a slot. */
export interface DroppedSlot {
  readonly connector: string;
  readonly slot: string;
  /** False: there was no such slot any more. */
  readonly dropped: boolean;
  readonly message: string;
}

/** Connect's ConnectorStateInfo. */
export interface ConnectorStatus {
  readonly name: string;
  readonly connector: InstanceStatus;
  readonly tasks: readonly ({ readonly id: number } & InstanceStatus)[];
  readonly type: 'source' | 'sink' | 'unknown';
}

export interface OffsetEntry {
  readonly partition: Readonly<Record<string, OffsetValue>>;
  readonly offset: Readonly<Record<string, OffsetValue>> | null;
}

export interface Health {
  readonly status: 'healthy' | 'starting' | 'unhealthy';
  readonly message: string;
}

/** What the herder's queue does, or did last; for the text of a request that timed out. */
export interface Stage {
  /** e.g. `reading to the end of the config topic` */
  readonly description: string;
  readonly startedAt: Date;
  /** Undefined while it lasts. */
  readonly completedAt?: Date;
}

export type InitialState = 'RUNNING' | 'PAUSED' | 'STOPPED';

/**
 * What REST asks of the herder. Reads answer from the worker's own copies and never wait for a rebalance; writes go through
 * the herder's queue. Throws RestError with Connect's status and text; NotLeader when another worker has to do it.
 */
export interface HerderPort {
  readonly kafkaClusterId: string;
  health(): Promise<Health>;
  connectors(): readonly string[];
  connectorInfo(name: string): ConnectorInfo;
  connectorStatus(name: string): ConnectorStatus;
  taskStatus(name: string, task: number): { readonly id: number } & InstanceStatus;
  taskConfigs(name: string): readonly { readonly id: TaskId; readonly config: Readonly<Record<string, string>> }[];
  /** Validates the configuration too (the caller does not). */
  createConnector(
    name: string,
    config: Readonly<Record<string, string | null>>,
    initialState: InitialState | undefined,
    origin?: ChangeOrigin,
  ): Promise<ConnectorInfo>;
  putConnectorConfig(
    name: string,
    config: Readonly<Record<string, string | null>>,
    origin?: ChangeOrigin,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>;
  /** A null value removes the key. */
  patchConnectorConfig(
    name: string,
    patch: Readonly<Record<string, string | null>>,
    origin?: ChangeOrigin,
  ): Promise<ConnectorInfo>;
  deleteConnector(name: string, origin?: ChangeOrigin): Promise<void>;
  /** The configurations that a connector had, the newest first; of a deleted one too, for a while. */
  configRevisions(name: string): readonly RevisionInfo[];
  configRevision(name: string, revision: number): Promise<RevisionInfo & { readonly config: object | null }>;
  configDiff(name: string, from: number, to: number): Promise<ConfigDiff>;
  /** Puts the configuration of a revision, as putConnectorConfig does. */
  rollBackConfig(
    name: string,
    revision: number,
    origin?: ChangeOrigin,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>;
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /** Restart of the connector instance alone. */
  restartConnector(name: string): Promise<void>;
  /** Plan by flags; the status as it reads once the request is accepted. */
  restartConnectorAndTasks(
    name: string,
    flags: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<ConnectorStatus>;
  restartTask(name: string, task: number): Promise<void>;
  offsets(name: string): Promise<readonly OffsetEntry[]>;
  /** Answers the message of Connect's reply. */
  alterOffsets(name: string, offsets: readonly OffsetEntry[]): Promise<string>;
  resetOffsets(name: string): Promise<string>;
  /** The topics that a connector has written to; none for one that does not exist. */
  topics(name: string): readonly string[];
  /**
   * Hands a signal to the task that streams; answers its id once the task will obey. RestError 400 when it cannot, 404 for an
   * unknown connector, 409 while no task takes signals.
   */
  sendSignal(name: string, signal: Omit<TaskSignal, 'id'> & { readonly id: string | undefined }): Promise<string>;
  resetTopics(name: string): void;
  /** Internal: the owner of a connector hands fresh task configurations to the leader. */
  putTaskConfigs(name: string, configs: readonly Readonly<Record<string, string>>[]): Promise<void>;
  /**
   * Internal: settles when producers of earlier tasks of a connector cannot write any more. No worker of ours has to ask, since
   * the leader fences by itself before tasks start.
   */
  fenceZombies(name: string): Promise<void>;
  /** Stops a connector that has nothing more to do. */
  finish(name: string, detail: string): Promise<void>;
  /** The newest session key of the config topic; undefined before one was read. */
  sessionKey(): SessionKey | undefined;
  /** Has every worker of the cluster set this level (KIP-976); settles when this one has. */
  setClusterLogLevel(namespace: string, level: string): Promise<void>;
  /** Connectors first; everything a configuration may name. */
  plugins(): Promise<readonly PluginInfo[]>;
  /**
   * The definitions of a plug-in given by class name or alias. RestError 404 when there is none, 400 when it is not there in
   * a version that the requirement (null: any) allows.
   */
  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]>;
  /** Validates without creating anything; problems are in the answer. RestError for a class that is not the path's. */
  validate(pluginClass: string, config: Readonly<Record<string, string | null>>): Promise<ConfigInfos>;
  /** Answered by the task's owner. RestError 404 for an unknown task, 409 while nobody owns it. */
  taskProgress(name: string, task: number): TaskBody;
  /** What this worker runs and how that does. */
  workerReport(): WorkerBody;
  /** Drops a slot that `GET /summary` lists as one without a connector; `via`: a connector that reads the same server. */
  dropSlot(connector: string, slot: string, via: string | null): Promise<DroppedSlot>;
  /** How the cluster does, as JSON text (ClusterSummary); `alone`: answered without asking the leader. */
  summary(authorization: string | undefined, alone: boolean): Promise<string>;
  /** What the metrics of this worker are made of. */
  measures(): WorkerMeasures;
  /** Undefined when nothing was done yet. */
  stage(): Stage | undefined;
}
