import type { ClusterMarker } from './records/cluster-marker-record.ts';
import type { Properties } from './records/properties.ts';
import type { SessionKey } from './records/session-key-record.ts';
import type { TargetState } from './records/target-state-record.ts';

/** A set of tasks as it was when the producers before it had been fenced: theirs are the ones that may exist. */
export interface FencedTasks {
  readonly tasks: readonly Properties[];
  /** The connector configuration that they were generated from. */
  readonly config: Properties;
}

/** What the config topic says about one connector that exists. */
export interface ConnectorConfigState {
  readonly config: Properties;
  readonly targetState: TargetState;
  /** Why it is stopped, where that was nobody's request. */
  readonly targetDetail?: string;
  /** The committed task configurations by task number; none while they are inconsistent. */
  readonly tasks: readonly Properties[];
  /**
   * The newest commit names tasks whose records are not all there (a leader died between them, then compaction): the owner
   * has to generate the task configurations again.
   */
  readonly inconsistent: boolean;
  /**
   * The connector configuration that the tasks were generated from. Undefined when nobody can know: none yet, or the
   * connector's record lies behind the commit because compaction took the older one away. Differs from `config`: generate again.
   */
  readonly appliedConfig: Properties | undefined;
  /** Offset of the newest commit record, the same on every worker; undefined before the first. Changes with every set of tasks. */
  readonly taskGeneration: bigint | undefined;
  /** How many transactional producers may exist from older sets of tasks; undefined when none was recorded. */
  readonly taskCountRecord: number | undefined;
  /** The newest set of tasks was committed after the newest fencing: producers of older sets have to be fenced first. */
  readonly pendingFencing: boolean;
  /** The set of the newest fencing. Undefined when nobody can know it: none yet, or compaction took records of it away. */
  readonly fencedTasks?: FencedTasks | undefined;
}

/** The state of the cluster as the config topic has it up to one offset. Never changes. */
export interface ConfigSnapshot {
  /** The config offset that workers compare: offset of the last record read + 1; −1n when nothing was read. */
  readonly offset: bigint;
  readonly connectors: ReadonlyMap<string, ConnectorConfigState>;
  readonly sessionKey: SessionKey | undefined;
  readonly marker: ClusterMarker | undefined;
}

/** What a record changed, told only after the start-up. */
export type ConfigChange =
  | { readonly type: 'connector-updated'; readonly connector: string }
  | { readonly type: 'connector-removed'; readonly connector: string }
  | { readonly type: 'tasks-committed'; readonly connector: string }
  /** The producers of older sets of tasks are fenced: `pendingFencing` is over. */
  | { readonly type: 'tasks-fenced'; readonly connector: string }
  | { readonly type: 'target-state-changed'; readonly connector: string; readonly state: TargetState }
  | {
      readonly type: 'restart-requested';
      readonly connector: string;
      readonly includeTasks: boolean;
      readonly onlyFailed: boolean;
    }
  | { readonly type: 'session-key-changed'; readonly key: SessionKey }
  | { readonly type: 'logger-level'; readonly namespace: string; readonly level: string }
  /** Somebody wrote or removed the marker: perhaps a second group on this topic. */
  | { readonly type: 'marker-changed'; readonly marker: ClusterMarker | null };
