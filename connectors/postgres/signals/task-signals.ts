import { ConnectorError } from '../../../errors/connector-error.ts';
import type { ChangeBatch } from '../../change-batch.ts';
import type { LogEvent } from '../../change-event.ts';
import type { TaskContext } from '../../source-connector.ts';
import type { IncrementalProgress } from '../../source-progress.ts';
import type { TaskSignal } from '../../task-signal.ts';
import { BlockingQueue } from '../blocking/blocking-queue.ts';
import { StreamPause } from '../blocking/stream-pause.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Handover } from '../handover.ts';
import { addedTables, filtersOffset, filtersPartition, requestFor } from '../incremental/added-tables.ts';
import { IncrementalSnapshot } from '../incremental/incremental-snapshot.ts';
import { SnapshotNews } from '../incremental/snapshot-news.ts';
import { SnapshotQueue } from '../incremental/snapshot-queue.ts';
import type { StreamFacts } from '../incremental/stream-facts.ts';
import { formatLsn, type Lsn } from '../lsn.ts';
import { configuredNotifier, type Notifier } from '../notifications/notifier.ts';
import { errorText } from '../pg-errors.ts';
import { describedTables, type SchemaPhase } from '../schema-phase/schema-phase.ts';
import type { SourceConfig } from '../source-config.ts';
import type { StreamAside } from '../stream-aside.ts';
import { watchSignalFile } from './file-channel.ts';
import { SignalDesk } from './signal-desk.ts';
import { watchSignalTopic } from './topic-channel.ts';

export interface TaskSignalsParts {
  readonly context: TaskContext;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  readonly rules: PlanRules;
  readonly schemaPhase: SchemaPhase | undefined;
  /** The one of now. */
  readonly handover: () => Handover;
}

/**
 * What a task does beside streaming because somebody asked for it: takes signals from all channels, runs the incremental snapshots
 * that they ask for, and tells of it. Does nothing with the stream's rows while there is nothing to do.
 */
export class TaskSignals implements StreamAside {
  readonly notifier: Notifier;
  /** Blocking snapshots that were asked for. */
  readonly blocking: BlockingQueue;
  /** When the stream is to stand still for them. */
  readonly pause: StreamPause;
  readonly #parts: TaskSignalsParts;
  readonly #queue: SnapshotQueue;
  readonly #incremental: IncrementalSnapshot;
  readonly #desk: SignalDesk;
  #stream: StreamFacts | undefined;
  #hasChannels = false;
  #hasAddedTables = false;

  constructor(parts: TaskSignalsParts) {
    const { context, config, opener, rules } = parts;
    const { log } = context;
    const server = config.serverName;
    this.#parts = parts;
    this.notifier = configuredNotifier(config, log);
    this.#queue = new SnapshotQueue(server);
    this.blocking = new BlockingQueue(server);
    this.pause = new StreamPause({ queue: this.blocking, opener, log });
    const news = new SnapshotNews(this.notifier, log);
    this.#incremental = new IncrementalSnapshot({ config, opener, rules, queue: this.#queue, news, log });
    this.#desk = new SignalDesk({
      queue: this.#queue,
      blocking: this.blocking,
      pause: this.pause,
      isTwoPhase: config.twoPhase,
      incremental: this.#incremental,
      news,
      notifier: this.notifier,
      log,
      place: () => JSON.stringify({ lsn: this.#stream === undefined ? null : formatLsn(this.#stream.cursor.done) }),
      store: (offsets) => this.#store(offsets),
    });
  }

  /** How far what was asked for has come; null: nothing was. */
  get incremental(): IncrementalProgress | null {
    return this.#incremental.progress;
  }

  /** Takes up what an earlier life of the task has left. */
  async restore(): Promise<void> {
    const { context, config } = this.#parts;
    const { queue, position } = SnapshotQueue.partitions(config.serverName);
    const partitions = [queue, position, BlockingQueue.partition(config.serverName)];
    const [stored, place, blocking] = await Promise.all(partitions.map((partition) => context.readOffset(partition)));
    try {
      this.#queue.restore(stored, place);
      this.blocking.restore(blocking);
    } catch (error) {
      // Somebody wrote it by hand, or a later version: the changes go on, and nothing of it is known to be right.
      context.log.error(
        { error: errorText(error) },
        'the stored progress of snapshots that were asked for cannot be read; it is dropped',
      );
      return;
    }
    if (!this.#queue.isEmpty) context.log.info({ tables: this.#queue.names }, 'an incremental snapshot goes on');
  }

  /** Takes one over REST. */
  async signal(signal: TaskSignal): Promise<void> {
    if (this.#stream === undefined)
      throw new ConnectorError('SIGNAL_UNTIMELY', 'the task does not stream changes now, so it takes no signals');
    await this.#desk.take(signal, 'rest');
  }

  /** Works along with a session that streams until the signal aborts; never rejects. */
  async run(stream: StreamFacts, signal: AbortSignal): Promise<void> {
    this.#stream = stream;
    this.#openChannels();
    const pausing = this.pause.run(stream, signal);
    await this.#addTables(stream).catch((error: unknown) => {
      if (!signal.aborted)
        this.#parts.context.log.error({ error: errorText(error) }, 'added tables are not looked for');
    });
    await Promise.all([this.#incremental.run(stream, signal), pausing]);
    this.#stream = undefined;
  }

  decoded(events: readonly LogEvent[]): void {
    if (!this.#incremental.isActive) return;
    const changes = events.filter((event) => event.kind === 'row');
    if (changes.length === 0) return;
    this.#incremental.decoded(changes);
  }

  handedOver(events: readonly LogEvent[]): void {
    const { signalTable, signalChannels } = this.#parts.config;
    if (signalTable === null || !signalChannels.includes('source')) return;
    for (const signal of signalTable.signals(events.filter((event) => event.kind === 'row')))
      this.#desk.takeFromStream(signal);
  }

  isDue(done: Lsn): boolean {
    const isDirty = this.#queue.isDirty || this.blocking.isDirty;
    return this.#incremental.isDue(done) || isDirty || this.notifier.isWaiting;
  }

  take(done: Lsn): Pick<ChangeBatch, 'events' | 'offsets' | 'bytes'> | undefined {
    if (!this.isDue(done)) return undefined;
    const rows = this.#incremental.take(done);
    const told = this.notifier.batch();
    return {
      events: [...(rows?.events ?? []), ...told.events],
      offsets: [...this.#queue.takeOffsets(), ...this.blocking.takeOffsets()],
      bytes: (rows?.bytes ?? 0) + told.bytes,
    };
  }

  /** Once per life of the task, since only a new configuration changes the filters. */
  async #addTables({ captured, viaRoot, cursor }: StreamFacts): Promise<void> {
    const { context, config } = this.#parts;
    if (!config.snapshotAddedTables || this.#hasAddedTables) return;
    const partition = filtersPartition(config.serverName);
    const before = await context.readOffset(partition);
    const added = addedTables(before, describedTables(captured, { viaRoot }, config));
    if (added.length > 0) await this.#tellOf(added, cursor.done);
    this.#hasAddedTables = true;
    if (added.length > 0) this.#queue.add(requestFor(added));
    await this.#store([{ partition, offset: filtersOffset(context.config) }]);
  }

  /** Those that have been told before may be told again after an interruption: the changes stream on meanwhile. */
  async #tellOf(tables: readonly CatalogTable[], from: Lsn): Promise<void> {
    const { opener, handover, schemaPhase } = this.#parts;
    if (schemaPhase === undefined) return;
    await schemaPhase.prepareTopics({ tables, handover: handover() });
    const session = await opener.sql();
    try {
      await schemaPhase.tell({ session, tables, handover: handover(), from });
    } finally {
      await session.close();
    }
  }

  /** Once per life of the task: they go on while connections are opened again. */
  #openChannels(): void {
    if (this.#hasChannels) return;
    this.#hasChannels = true;
    const { context, config } = this.#parts;
    const { signal, log } = context;
    const failed = (error: unknown): void => {
      if (!signal.aborted) log.error({ error: errorText(error) }, 'a channel of signals is closed');
    };
    if (config.signalChannels.includes('file'))
      watchSignalFile(this.#desk, { file: config.signalFile, pollMs: config.signalPollMs, log, signal }).catch(failed);
    if (config.signalChannels.includes('kafka'))
      watchSignalTopic(this.#desk, {
        context,
        server: config.serverName,
        topic: config.signalTopic ?? `${config.serverName}-signal`,
        brokers: config.signalBrokers,
        signal,
      }).catch(failed);
  }

  async #store(offsets: ChangeBatch['offsets']): Promise<void> {
    const changed = [...this.#queue.takeOffsets(), ...this.blocking.takeOffsets(), ...offsets];
    const told = this.notifier.batch();
    if (changed.length === 0 && told.events.length === 0) return;
    await this.#parts.handover().store({ ...told, offsets: changed }, 0n);
  }
}
