import { postgresConnector } from '../../../connectors/postgres/connector.ts';
import type { ChangeBatch, SourceOffset, SourcePartition } from '../../../connectors/change-batch.ts';
import type { ChangeEvent, RowChange } from '../../../connectors/change-event.ts';
import { fieldText, type RowImage } from '../../../connectors/row-image.ts';
import type { Emitted, SourceTask, TaskContext, TaskLog, WatchedRecord } from '../../../connectors/source-connector.ts';
import type { SourceProgress } from '../../../connectors/source-progress.ts';
import type { TaskSignal } from '../../../connectors/task-signal.ts';
import { until } from './test-database.ts';

/** What Kafka would hold of a source's offsets: survives its tasks. */
export class OffsetStore {
  readonly #offsets = new Map<string, SourceOffset>();
  readonly #watchers = new Set<(partition: SourcePartition, offset: SourceOffset | null) => void>();

  get(partition: SourcePartition): SourceOffset | undefined {
    return this.#offsets.get(JSON.stringify(partition));
  }

  get partitions(): SourcePartition[] {
    return [...this.#offsets.keys()].map((key) => JSON.parse(key) as SourcePartition);
  }

  set(partition: SourcePartition, offset: SourceOffset | null): void {
    if (offset === null) this.#offsets.delete(JSON.stringify(partition));
    else this.#offsets.set(JSON.stringify(partition), offset);
    for (const watcher of this.#watchers) watcher(partition, offset);
  }

  /** Every stored offset whose partition has these members, then each change. */
  watch(members: SourcePartition, onOffset: (partition: SourcePartition, offset: SourceOffset | null) => void): void {
    const watcher = (partition: SourcePartition, offset: SourceOffset | null): void => {
      if (Object.entries(members).every(([name, value]) => partition[name] === value)) onOffset(partition, offset);
    };
    for (const [key, offset] of this.#offsets) watcher(JSON.parse(key) as SourcePartition, offset);
    this.#watchers.add(watcher);
  }
}

/** A change in a form that tests can compare: values as text, null for NULL, undefined for unavailable. */
export interface Seen {
  readonly op: string;
  readonly table: string;
  readonly before: Readonly<Record<string, string | null | undefined>> | null;
  readonly after: Readonly<Record<string, string | null | undefined>> | null;
  readonly mayRepeat?: true;
}

interface Pending {
  readonly batch: ChangeBatch;
  readonly settle: PromiseWithResolvers<undefined>;
}

export interface DriverOptions {
  readonly config: Readonly<Record<string, string>>;
  readonly offsets?: OffsetStore;
  /** Last part of the application name. */
  readonly incarnation?: string;
  /** False: batches wait until `acknowledge`. */
  readonly acknowledging?: boolean;
  readonly task?: number;
}

/** Runs one task of the connector as a task host would, and keeps what it hands over. */
export class TaskDriver implements TaskContext {
  readonly connector = 'test';
  readonly task: number;
  readonly config: Readonly<Record<string, string>>;
  readonly applicationName: string;
  readonly offsets: OffsetStore;
  readonly logged: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  readonly changes: RowChange[] = [];
  readonly events: ChangeEvent[] = [];
  /** Those of `changes` that consumers see. */
  readonly committed: RowChange[] = [];
  #unit: RowChange[] = [];
  /** Batches that a test wants to be kept. */
  readonly #kept = new WeakSet<ChangeBatch>();
  /** Called with each batch as it is handed over; for tests that keep nothing. */
  onBatch: (batch: ChangeBatch) => void = (batch) => this.#keep(batch);
  /** What `emit` answers about room. */
  room: Promise<void> | undefined;
  lease = true;
  isStarted = false;
  /** What the task said when it had nothing more to do. */
  finishedWith: string | undefined;
  batches = 0;
  readonly #abort = new AbortController();
  readonly #pending: Pending[] = [];
  #acknowledging: boolean;
  #ended: Promise<void> | undefined;
  #task: SourceTask | undefined;

  constructor({
    config,
    offsets = new OffsetStore(),
    incarnation = '1',
    acknowledging = true,
    task = 0,
  }: DriverOptions) {
    this.config = config;
    this.task = task;
    this.offsets = offsets;
    this.applicationName = `millrace/group/${config['topic.prefix'] ?? ''}/${task}/${incarnation}`;
    this.#acknowledging = acknowledging;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get log(): TaskLog {
    const at =
      (level: string) =>
      (fields: Readonly<Record<string, unknown>>, message: string): void =>
        void this.logged.push({ level, message, fields });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  readOffset(partition: SourcePartition): Promise<SourceOffset | undefined> {
    return Promise.resolve(this.offsets.get(partition));
  }

  watchOffsets(
    { members, next }: Parameters<TaskContext['watchOffsets']>[0],
    onOffset: (partition: SourcePartition, offset: SourceOffset | null) => void,
  ): Promise<void> {
    this.offsets.watch(members, (partition, offset) => {
      if (this.signal.aborted || (next !== undefined && partition[next] === undefined)) return;
      onOffset(partition, offset);
    });
    return Promise.resolve();
  }

  /** Records of the topic that the task watches, which a test adds. */
  readonly topic: WatchedRecord[] = [];
  #onRecord: ((record: WatchedRecord) => void) | undefined;

  async watchTopic(
    { signal }: { readonly signal: AbortSignal },
    onRecord: (record: WatchedRecord) => void,
  ): Promise<void> {
    this.#onRecord = onRecord;
    for (const record of this.topic) onRecord(record);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  /** Adds a record to the topic that the task watches. */
  addRecord(record: WatchedRecord): void {
    this.topic.push(record);
    this.#onRecord?.(record);
  }

  /** As a worker hands on what came over REST. */
  send(signal: Partial<TaskSignal> & { readonly type: string }): Promise<void> {
    return this.#task?.signal?.({ id: 'signal', data: null, ...signal }) ?? Promise.reject(new Error('no task'));
  }

  /** Asks for tables to be read again. */
  execute(collections: readonly string[], more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const data = JSON.stringify({ type: 'incremental', 'data-collections': collections, ...more });
    return this.send({ type: 'execute-snapshot', data });
  }

  emit(batch: ChangeBatch): Emitted {
    this.batches += 1;
    this.onBatch(batch);
    const pending = { batch, settle: Promise.withResolvers<undefined>() };
    this.#pending.push(pending);
    if (this.#acknowledging) setImmediate(() => this.acknowledge());
    return { room: this.room, acknowledged: pending.settle.promise };
  }

  commitNow(): void {
    // everything is committed at once
  }

  mayConfirm(): boolean {
    return this.lease;
  }

  started(): void {
    this.isStarted = true;
  }

  finished(detail: string): void {
    this.finishedWith = detail;
  }

  /** Starts the task and waits until it streams (or whatever else is asked for in the log). */
  async start(until_ = 'streaming'): Promise<this> {
    void this.run();
    await Promise.race([this.waitForLog(until_), this.#ended]);
    return this;
  }

  /** Starts the task; the promise is how it ends. */
  run(): Promise<void> {
    this.#task = postgresConnector.createTask(this);
    this.#ended = this.#task.run();
    this.#ended.catch(() => undefined);
    return this.#ended;
  }

  /** How the task ends. */
  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  get progress(): SourceProgress | undefined {
    return this.#task?.progress?.();
  }

  /** Everything handed over counts as being in Kafka from now on; with `false` nothing new does. */
  setAcknowledging(acknowledging: boolean): void {
    this.#acknowledging = acknowledging;
    if (acknowledging) this.acknowledge();
  }

  /** Kafka has taken the first `count` batches that wait, in order, and their offsets. */
  acknowledge(count = Number.POSITIVE_INFINITY): void {
    // What belongs together is committed together.
    const whole = this.#pending.findLastIndex(({ batch }) => batch.continues !== true) + 1;
    for (const { batch, settle } of this.#pending.splice(0, Math.min(count, whole))) {
      this.#commit(batch);
      for (const { partition, offset } of batch.offsets) this.offsets.set(partition, offset);
      settle.resolve(undefined);
    }
  }

  #commit(batch: ChangeBatch): void {
    if (this.#kept.has(batch)) for (const event of batch.events) if (event.kind === 'row') this.#unit.push(event);
    if (batch.continues === true) return;
    if (batch.transaction !== 'abort') this.committed.push(...this.#unit);
    this.#unit = [];
  }

  reject(error: Error): void {
    for (const { settle } of this.#pending.splice(0)) settle.reject(error);
  }

  get waiting(): number {
    return this.#pending.length;
  }

  waitForLog(message: string): Promise<void> {
    return until(() => this.logged.some((entry) => entry.message === message), `the task logs '${message}'`);
  }

  async waitForChanges(count: number): Promise<Seen[]> {
    const ended = this.#ended?.then(() => true) ?? Promise.resolve(false);
    await Promise.race([until(() => this.changes.length >= count, `${count} changes have come`), ended]);
    return this.seen;
  }

  get seen(): Seen[] {
    return this.changes.map(seen);
  }

  get committedSeen(): Seen[] {
    return this.committed.map(seen);
  }

  /** The newest committed offset. */
  get offset(): SourceOffset | undefined {
    return this.offsets.get({ server: this.config['topic.prefix'] ?? '' });
  }

  /** Ends the task as a host does; what waits is never acknowledged. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended?.catch(() => undefined); // a test that is about a failure has looked at it
  }

  #keep(batch: ChangeBatch): void {
    this.#kept.add(batch);
    for (const event of batch.events) {
      this.events.push(event);
      if (event.kind === 'row') this.changes.push(event);
    }
  }
}

/** A change with its values as text. */
function seen(change: RowChange): Seen {
  const values = (image: RowImage | null): Record<string, string | null | undefined> | null =>
    image === null
      ? null
      : Object.fromEntries(change.table.columns.map(({ name }, index) => [name, fieldText(image, index)]));
  const { op, table, before, after, mayRepeat } = change;
  const marks = mayRepeat === undefined ? {} : { mayRepeat };
  return { op, table: table.table, before: values(before), after: values(after), ...marks };
}
