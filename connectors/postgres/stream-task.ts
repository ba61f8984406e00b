import { ConnectorError } from '../../errors/connector-error.ts';
import type { SourceOffset } from '../change-batch.ts';
import type { SourceTask, TaskContext } from '../source-connector.ts';
import type { SourceProgress } from '../source-progress.ts';
import { AskedSnapshot } from './blocking/asked-snapshot.ts';
import { newRun } from './blocking/blocking-request.ts';
import { StreamPaused } from './blocking/stream-paused.ts';
import type { CatalogTable } from './catalog/catalog-table.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import { SessionOpener } from './connection/session-opener.ts';
import { SlotGuard } from './guard/slot-guard.ts';
import { Handover } from './handover.ts';
import { isOfStreamingInProgress } from './in-progress/streaming-failure.ts';
import { canTwoPhase } from './in-progress/stream-plan.ts';
import { backOff, pause } from './pause.ts';
import { planRules } from './plan-rules.ts';
import { errorText, judge } from './pg-errors.ts';
import {
  creatingOffset,
  readOffset,
  sourcePartition,
  streamOffset,
  type OffsetSource,
  type StoredOffset,
} from './position/stored-offset.ts';
import { publishedForms } from './setup/publication.ts';
import { createSlot, dropSlot, reportingBlockers } from './setup/slot.ts';
import { isHealedBy, isSnapshotDue, snapshotRules } from './snapshot/snapshot-mode.ts';
import { runSnapshot, type SnapshotParts } from './snapshot/snapshot-run.ts';
import { snapshotTasks } from './task-role.ts';
import { parseConfig, type SourceConfig } from './source-config.ts';
import { SourceFacts } from './source-facts.ts';
import { seenRun } from './snapshot/seen-run.ts';
import { TaskSignals } from './signals/task-signals.ts';
import type { TaskSignal } from '../task-signal.ts';
import { streamUntilBroken } from './stream-session.ts';
import { checkedStart, setUp, type TaskSetup } from './task-setup.ts';
import { numbering, streamFrom, type StreamState } from './task-state.ts';
import { formatLsn } from './lsn.ts';

/** Until a task has come as far as streaming, failing to connect for longer than this is a failure of the task. */
const FIRST_PATIENCE_MS = 15_000;
/** A session that lasted this long was a good one: the time between tries begins small again. */
const GOOD_SESSION_MS = 30_000;
const DROP_PATIENCE_MS = 5000;

/** A snapshot to be taken. */
type SnapshotOrder = Pick<SnapshotParts, 'run' | 'exported' | 'asked'>;

/**
 * The life of a task: offset, slot, snapshot if there is to be one, and then changes until it is stopped. What breaks for a
 * while is mended here by connecting again, from exactly where it broke; what does not mend by itself ends the task.
 */
export class PostgresTask implements SourceTask {
  readonly #context: TaskContext;
  readonly #config: SourceConfig;
  readonly #opener: SessionOpener;
  readonly #rules: PlanRules;
  /** Whether large transactions are to come while they run: not in the session after one that found no room for them. */
  #streamInProgress: boolean;
  readonly #facts: SourceFacts;
  readonly #signals: TaskSignals;
  #handover: Handover;
  #stored: StoredOffset = { state: 'none' };
  /** The offset as it was read, as long as it is where streaming begins. */
  #inherited: SourceOffset | undefined;
  /** Whether this life of the task has written an offset of streaming. */
  #hasWrittenOffset = false;
  /** Whether this life of the task has completed a snapshot. */
  #hasRead = false;
  #isStarted = false;
  /** Whether it was told that there is a snapshot, or none to be taken. */
  #hasToldOfSnapshot = false;
  #streamingSinceMs: number | undefined;
  /** Whether the session of now got large transactions while they ran. */
  #streamedInProgress = false;

  constructor(context: TaskContext) {
    this.#context = context;
    this.#config = parseConfig(context.config);
    this.#opener = new SessionOpener(this.#config, context.applicationName, context.signal);
    this.#rules = planRules(this.#config);
    this.#streamInProgress = this.#config.streamInProgress;
    this.#handover = new Handover(context, 0n);
    this.#facts = new SourceFacts(this.#config.serverName, () => this.#handover, {
      incremental: () => this.#signals.incremental,
    });
    this.#signals = new TaskSignals({
      context,
      config: this.#config,
      opener: this.#opener,
      rules: this.#rules,
      handover: () => this.#handover,
    });
  }

  progress(): SourceProgress {
    return this.#facts.progress();
  }

  signal(signal: TaskSignal): Promise<void> {
    return this.#signals.signal(signal);
  }

  async run(): Promise<void> {
    await this.#readStored();
    await this.#signals.restore();
    try {
      await this.#runSessions();
    } catch (error) {
      if (this.#context.signal.aborted) return;
      if (this.#handover.failure !== undefined) throw this.#handover.failure;
      const failure = this.#opener.failure(error);
      if (this.#isToDrop(failure)) await this.#dropSlot();
      throw failure;
    } finally {
      if (this.#context.signal.aborted && this.#config.slotDropOnStop) await this.#dropSlot();
    }
  }

  #isToDrop(failure: Error): boolean {
    const isOver = failure instanceof ConnectorError && failure.code === 'POSTGRES_SLOT_OVER_LIMIT';
    return isOver && this.#config.slotLimitAction === 'drop' && this.#context.mayConfirm();
  }

  async #readStored(): Promise<void> {
    const offset = await this.#context.readOffset(sourcePartition(this.#config.serverName));
    this.#stored = readOffset(offset, numbering(this.#config));
    if (this.#stored.state === 'stream') this.#inherited = offset;
    if (offset?.['incremental_snapshot_collections'] !== undefined)
      this.#context.log.warn(
        {},
        'an incremental snapshot of Debezium was not completed; it is not gone on with: send the signal again',
      );
    // What an offset says that Kafka holds is in Kafka.
    const durable = this.#stored.state === 'stream' ? this.#stored.start.done : 0n;
    this.#handover = new Handover(this.#context, durable);
    this.#context.log.info({ state: this.#stored.state, position: formatLsn(durable) }, 'read the stored offset');
  }

  async #runSessions(): Promise<never> {
    const { signal, log } = this.#context;
    const beganMs = performance.now();
    for (let retry = 0; ; retry += 1) {
      const broken = await this.#session().then(
        () => null,
        (error: unknown) => ({ error }),
      );
      signal.throwIfAborted();
      if (broken === null) {
        retry = -1;
        continue;
      }
      const failure = broken.error;
      const isImpatient = !this.#isStarted && performance.now() - beganMs > FIRST_PATIENCE_MS;
      const mendsItself = this.#endsStreamingInProgress(failure);
      const verdict = judge(failure);
      const isHealed = verdict.kind === 'fatal' && isHealedBy(snapshotRules(this.#config), verdict.code);
      const isFatal = verdict.kind === 'fatal' && !mendsItself && !isHealed;
      if (isImpatient || this.#handover.failure !== undefined || isFatal) throw failure;
      if (this.#streamingSinceMs !== undefined && performance.now() - this.#streamingSinceMs > GOOD_SESSION_MS)
        retry = 0;
      const waitMs = backOff(retry);
      this.#facts.lost(errorText(failure), retry + 1, waitMs);
      log.warn(
        { error: errorText(failure), retry, waitMs, where: this.#opener.where },
        'connection lost; connecting again',
      );
      await pause(waitMs, signal);
    }
  }

  /** If it may have failed because large transactions came while they ran, the next session gets them at their end. */
  #endsStreamingInProgress(failure: unknown): boolean {
    if (!this.#streamedInProgress || !isOfStreamingInProgress(failure)) return false;
    this.#streamInProgress = false;
    this.#context.log.warn({ error: errorText(failure) }, 'large transactions come at their end for the next session');
    return true;
  }

  /** One round: set up, snapshot if due, stream. Ends by throwing, or when the stream is to stand still for a snapshot. */
  async #session(): Promise<void> {
    this.#streamingSinceMs = undefined;
    this.#streamedInProgress = false;
    const parts = { context: this.#context, config: this.#config, opener: this.#opener };
    const setup = await setUp(parts, this.#stored);
    this.#facts.connected();
    this.#facts.sawHead(setup.facts.logEnd);
    if (setup.gap !== null) this.#forget(setup.gap);
    const guard = this.#guard(setup);
    try {
      if (setup.decision.action === 'use') this.#reportStarted();
      const found = await this.#stateToStreamFrom(setup);
      const checked = checkedStart(found, setup, parts);
      if (checked !== found) this.#inherited = undefined;
      // From here on positions are of the log that is there now.
      const state = { ...checked, source: setup.source };
      this.#stored = state;
      await this.#rewriteOffset(state, setup.source);
      if (!this.#hasToldOfSnapshot) await this.#tellSkipped();
      await this.#stream(setup, state, guard);
    } finally {
      guard.close();
      await setup.session.close();
    }
  }

  /** What the server has no longer is read anew: nothing of what is stored counts. */
  #forget(gap: string): void {
    this.#context.log.warn({ slot: this.#config.slotName, gap }, 'reading everything anew, as snapshot.mode says');
    this.#stored = { state: 'none' };
    this.#inherited = undefined;
    this.#handover = new Handover(this.#context, 0n);
  }

  /** Only once the slot exists: whoever sees the task RUNNING takes it that changes from now on will come. */
  #reportStarted(): void {
    if (!this.#isStarted) this.#context.started();
    this.#isStarted = true;
  }

  #guard({ session, source }: TaskSetup): SlotGuard {
    const { slotName, slotMaxRetainedBytes: bytes, slotLimitAction: action, slotCheckIntervalMs } = this.#config;
    const { log } = this.#context;
    const limit = { bytes, action };
    return new SlotGuard({
      session,
      slotName,
      limit,
      intervalMs: slotCheckIntervalMs,
      source,
      facts: this.#facts,
      log,
    });
  }

  async #stream(setup: TaskSetup, from: StreamState, guard: SlotGuard): Promise<void> {
    const streamInProgress = this.#streamInProgress;
    this.#streamInProgress = this.#config.streamInProgress;
    const seen = from.run === null ? undefined : await seenRun(this.#context, this.#config.serverName, from.run);
    const end = await streamUntilBroken({
      seen,
      streamInProgress,
      signals: this.#signals,
      context: this.#context,
      config: this.#config,
      opener: this.#opener,
      setup,
      rules: this.#rules,
      handover: this.#handover,
      facts: this.#facts,
      guard,
      from,
      onStreaming: () => {
        this.#streamingSinceMs = performance.now();
        this.#streamedInProgress = streamInProgress;
        this.#context.log.info({ from: formatLsn(from.start.done), slot: this.#config.slotName }, 'streaming');
      },
    });
    this.#stored = end.state;
    if (!(end.reason instanceof StreamPaused)) throw end.reason;
  }

  /** Makes the slot and takes the snapshot, if they are still to come. */
  async #stateToStreamFrom(setup: TaskSetup): Promise<StreamState> {
    const stored = this.#stored;
    const isDue = isSnapshotDue(snapshotRules(this.#config), stored.state, this.#hasRead);
    if (setup.decision.action === 'use') {
      const read = await this.#readAsked(setup);
      if (read !== undefined) return read;
      if (stored.state === 'stream' && !isDue) return stored;
      // Of rows that are read again the changes since the offset come again: in the end each row is as it should be.
      const slotAt = setup.slot?.confirmedFlush ?? 0n;
      const from = stored.state === 'stream' ? stored.start.done : stored.state === 'snapshot' ? stored.from : slotAt;
      const state = streamFrom(from, setup.source);
      if (!isDue) return state;
      // Compared before the rows are read: whatever is missing between slot and offset would never come.
      checkedStart(state, setup, { context: this.#context, config: this.#config, opener: this.#opener });
      return this.#snapshot(setup, state, { run: this.#run, exported: null, asked: null });
    }
    return this.#createSlot(setup, isDue);
  }

  /** Reads what somebody asked for, if the stream stands still for that, or stood when it began. */
  async #readAsked(setup: TaskSetup): Promise<StreamState | undefined> {
    const { blocking: queue, pause: streamPause } = this.#signals;
    const stored = this.#stored;
    const point = streamPause.take();
    try {
      const request = queue.next;
      let state: StreamState | undefined;
      // What an earlier snapshot has shown of changes to come lies before the pause.
      if (stored.state === 'stream' && point !== undefined) state = { ...stored, run: null };
      if (stored.state === 'snapshot' && stored.run === request?.run) state = streamFrom(stored.from, setup.source);
      if (request === undefined || state === undefined) return undefined;
      const asked = new AskedSnapshot(queue, request, this.#capturedTables(setup));
      checkedStart(state, setup, { context: this.#context, config: this.#config, opener: this.#opener });
      this.#context.log.info(
        { signal: request.id, tables: asked.tables.length },
        'streaming stands still for a blocking snapshot',
      );
      const exported = point?.snapshot == null ? null : { name: point.snapshot, session: point.session };
      return await this.#snapshot(setup, state, { run: request.run, exported, asked });
    } finally {
      await point?.session.close();
    }
  }

  #capturedTables({ catalog, publication }: TaskSetup): CatalogTable[] {
    const { signalTable } = this.#config;
    return publishedForms(catalog.tables, publication.viaRoot).filter(
      ({ schema, table }) => signalTable?.is(schema, table) !== true,
    );
  }

  async #createSlot(setup: TaskSetup, withSnapshot: boolean): Promise<StreamState> {
    const { slotName: name, slotFailover: failover } = this.#config;
    if (withSnapshot) {
      await this.#store(creatingOffset(setup.source), 0n);
      this.#stored = { state: 'creating', source: setup.source };
    }
    if (setup.decision.action === 'recreate') await dropSlot(setup.session, name);
    const session = await this.#opener.replication();
    try {
      const { version } = setup.facts;
      const twoPhase = this.#config.twoPhase && canTwoPhase(version);
      if (this.#config.twoPhase && !twoPhase)
        this.#context.log.warn({ version }, 'millrace.two.phase has no effect before PostgreSQL 15');
      const creation = { name, failover, twoPhase, exportSnapshot: withSnapshot, version };
      const created = await reportingBlockers(setup.session, this.#context.log, createSlot(session, creation));
      this.#context.log.info({ slot: name, from: formatLsn(created.consistentPoint) }, 'created the slot');
      this.#reportStarted();
      const state = streamFrom(created.consistentPoint, setup.source);
      if (!withSnapshot) return state;
      const exported = created.snapshot === null ? null : { name: created.snapshot, session };
      return await this.#snapshot(setup, state, { run: this.#run, exported, asked: null });
    } finally {
      await session.close();
    }
  }

  /** Name of the run of a snapshot: of one that was interrupted, what it has read counts. */
  get #run(): string {
    return (this.#stored.state === 'snapshot' ? this.#stored.run : null) ?? newRun();
  }

  async #snapshot(setup: TaskSetup, state: StreamState, { run, exported, asked }: SnapshotOrder): Promise<StreamState> {
    const from = state.start.done;
    const { config, context } = { config: this.#config, context: this.#context };
    if (config.snapshotDelayMs > 0 && exported === null && asked === null)
      await pause(config.snapshotDelayMs, context.signal);
    this.#stored = { state: 'snapshot', from, run, source: setup.source };
    this.#hasToldOfSnapshot = true;
    const shown = await runSnapshot({
      context,
      config,
      opener: this.#opener,
      setup,
      rules: this.#rules,
      handover: this.#handover,
      facts: this.#facts,
      notifier: this.#signals.notifier,
      tasks: snapshotTasks(context.config),
      from,
      run,
      streams: true,
      asked,
      exported,
    });
    this.#hasWrittenOffset = true;
    this.#hasRead ||= asked === null;
    const next = { ...state, run: shown };
    this.#stored = next;
    if (config.streamingDelayMs > 0 && asked === null) await pause(config.streamingDelayMs, context.signal);
    return next;
  }

  /**
   * Once per life of the task, the offset that it starts from is written again: if a transaction of ours is aborted soon, the
   * newest committed record of the key is then still one that a reader of uncommitted records finds behind it.
   */
  async #rewriteOffset(state: StreamState, source: OffsetSource): Promise<void> {
    if (this.#hasWrittenOffset) return;
    this.#hasWrittenOffset = true;
    const { done } = state.start;
    const boundary = { done, open: null, lsn: done, messageType: 'COMMIT', xid: null, timeMicros: null } as const;
    const offset =
      this.#inherited ?? streamOffset(boundary, source, { numbering: numbering(this.#config), run: state.run });
    const partition = sourcePartition(this.#config.serverName);
    await this.#handover.emit({ events: [], offsets: [{ partition, offset }], bytes: 0 }, done);
  }

  async #tellSkipped(): Promise<void> {
    this.#hasToldOfSnapshot = true;
    const { notifier } = this.#signals;
    notifier.notify('Initial Snapshot', 'SKIPPED');
    if (notifier.isWaiting) await this.#handover.emit({ ...notifier.batch(), offsets: [] }, 0n);
  }

  #store(offset: SourceOffset, done: bigint): Promise<void> {
    const partition = sourcePartition(this.#config.serverName);
    return this.#handover.store({ events: [], offsets: [{ partition, offset }], bytes: 0 }, done);
  }

  async #dropSlot(): Promise<void> {
    const signal = AbortSignal.timeout(DROP_PATIENCE_MS);
    const opener = new SessionOpener(this.#config, this.#context.applicationName, signal);
    try {
      const session = await opener.sql();
      await dropSlot(session, this.#config.slotName);
      await session.close();
    } catch (error) {
      this.#context.log.error(
        { slot: this.#config.slotName, error: errorText(error) },
        'the slot could not be dropped: it stays',
      );
    }
  }
}
