import type { SettingMap } from '../settings/setting.ts';
import type { ChangeBatch, SourceOffset, SourcePartition } from './change-batch.ts';
import type { SourceProgress } from './source-progress.ts';
import type { TaskSignal } from './task-signal.ts';

/** A connector's or task's configuration as stored: every value a string; placeholders resolved before a connector sees it. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/** A problem with one setting, found by the connector's own checks. `setting` may be a key that nobody defines. */
export interface SettingProblem {
  readonly setting: string;
  readonly message: string;
}

/** Structured log of one task or connector; fields, not prose, and never a secret. */
export interface TaskLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** The answer to a batch handed over. */
export interface Emitted {
  /** Settles when there is room for the next batch: await it before reading on. Undefined: there is room now. */
  readonly room: Promise<void> | undefined;
  /** Settles when Kafka holds the events and the offsets (in one committed transaction with exactly-once). Rejects when that failed or is unknown; the task is then over. */
  readonly acknowledged: Promise<void>;
}

/** A record of a topic that a task watches. */
export interface WatchedRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** As UTF-8. */
  readonly key: string | null;
  readonly value: string | null;
}

/** What a task gets from its host; all a connector knows of Kafka. */
export interface TaskContext {
  readonly connector: string;
  readonly task: number;
  readonly config: ConnectorConfig;
  /** `millrace/<group>/<connector>/<task>/<incarnation>`: to be shown to the source, so that a successor knows our sessions. */
  readonly applicationName: string;
  /** Aborted when the task is to stop; `run` then ends soon, without error. */
  readonly signal: AbortSignal;
  readonly log: TaskLog;
  /** The newest committed offset of a source partition, undefined when there is none. */
  readOffset(partition: SourcePartition): Promise<SourceOffset | undefined>;
  /**
   * Tells the newest committed offset of every source partition that begins with these members, in this order, and has `next`, if
   * named, as its next member; then each change of one (null: forgotten) for as long as the task lives. Settles when all of now
   * were told. So tasks of one connector learn of each other; each change costs a message, so name no partition that streams.
   */
  watchOffsets(
    beginning: { readonly members: SourcePartition; readonly next?: string },
    onOffset: (partition: SourcePartition, offset: SourceOffset | null) => void,
  ): Promise<void>;
  /**
   * Tells every record of a topic, oldest first, and each that is added, until the signal aborts (resolves) or the topic cannot be
   * read (rejects). For topics that say little: `brokers`, null for the worker's, are those of operators. Absent: it cannot be had.
   */
  watchTopic?(
    watched: { readonly topic: string; readonly brokers: string | null; readonly signal: AbortSignal },
    onRecord: (record: WatchedRecord) => void,
  ): Promise<void>;
  /** The connector says where transactions end (transaction.boundary=connector): by batches that say so, or by `commitNow`. */
  readonly definesTransactions?: boolean;
  emit(batch: ChangeBatch): Emitted;
  /** Asks that everything emitted so far be committed without waiting for the usual limits. */
  commitNow(): void;
  /** False once the worker's lease has run out: nothing may be confirmed to the source any more. */
  mayConfirm(): boolean;
  /** Says that `start` is over: the task is RUNNING from now on. */
  started(): void;
  /**
   * Says that there is nothing more to do, ever, with the offsets as they are; `run` then resolves. The connector is stopped with
   * `detail` as the reason: one sentence for operators.
   */
  finished(detail: string): void;
}

/** A running task of a connector. */
export interface SourceTask {
  /** Reads the source until the signal aborts or all is done (resolves; see `finished`), or something breaks that reconnecting cannot mend (rejects with a ConnectorError). */
  run(): Promise<void>;
  /** Where the task stands in its source; asked about once a second while it runs, so it answers from what is known. */
  progress?(): SourceProgress;
  /**
   * Takes an operator's signal; settles when it will be obeyed whatever happens to the task. Rejects with SIGNAL_INVALID, or with
   * SIGNAL_UNTIMELY when the task cannot take any just now. Absent: the connector takes none.
   */
  signal?(signal: TaskSignal): Promise<void>;
}

/** A slot that offsets say a connector held. */
export interface HeldSlot {
  readonly slot: string;
  /** Identity of its server; null: not recorded. */
  readonly system: string | null;
}

/** How a kind of source says which slots its connectors hold; known without loading the rest of it. */
export interface SlotNames {
  /** The slot that a stored offset names; undefined: none, or the offset is of another kind of source. */
  heldBy(offset: SourceOffset): HeldSlot | undefined;
  /** The slot that a connector with this configuration uses; undefined: none. */
  namedBy(config: ConnectorConfig): string | undefined;
}

/** A kind of source. Stateless: one object per plug-in, shared by all connectors of that class. */
export interface SourceConnector {
  /** The class name that configurations carry, e.g. `io.debezium.connector.postgresql.PostgresConnector`. */
  readonly className: string;
  /** Other names it answers to. */
  readonly aliases: readonly string[];
  readonly version: string;
  /**
   * `records`: it hands over finished records only, and the settings of the message formats do not concern it. Default:
   * `changes`, of the rows of a database.
   */
  readonly output?: 'changes' | 'records';
  /** The connector's own settings; what the framework and the formats define is added by the worker. */
  readonly settings: SettingMap;
  /** Checks that need more than one setting or the live source. Each setting was parsed on its own before. */
  validate(config: ConnectorConfig, signal: AbortSignal): Promise<SettingProblem[]>;
  /** One configuration per task, at most `maxTasks`. */
  taskConfigs(config: ConnectorConfig, maxTasks: number): ConnectorConfig[];
  createTask(context: TaskContext): SourceTask;
  /** Whether it goes on exactly where its offsets say, with this configuration. Absent, or undefined: it does not say. */
  exactlyOnceSupport?(config: ConnectorConfig): 'supported' | 'unsupported' | undefined;
  /** Whether its tasks can say where transactions end, with this configuration. Absent: they cannot. */
  canDefineTransactionBoundaries?(config: ConnectorConfig): boolean;
  /** Throws a ConnectorError when an offset given over REST is not one that this connector could start from. */
  checkOffsets(
    config: ConnectorConfig,
    offsets: readonly { partition: SourcePartition; offset: SourceOffset | null }[],
  ): void;
  /**
   * Drops the slot of a connector that is not there any more, on the source that the configuration leads to, if it is surely
   * that slot and nobody uses it. Throws ConnectorErrors. Absent: connectors of this kind have no slots.
   */
  releaseSlot?(config: ConnectorConfig, held: HeldSlot, signal: AbortSignal): Promise<'dropped' | 'absent'>;
}
