import { randomUUID } from 'node:crypto';
import type { SourceOffset } from '../change-batch.ts';
import type { SourceTask, TaskContext } from '../source-connector.ts';
import type { SourceProgress } from '../source-progress.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import { SessionOpener } from './connection/session-opener.ts';
import type { Session } from './connection/session.ts';
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
import { createSlot, dropSlot, reportingBlockers, type CreatedSlot } from './setup/slot.ts';
import { runSnapshot } from './snapshot/snapshot-run.ts';
import { snapshotTasks } from './task-role.ts';
import { parseConfig, type SourceConfig } from './source-config.ts';
import { SourceFacts } from './source-facts.ts';
import { seenRun } from './snapshot/seen-run.ts';
import { streamUntilBroken } from './stream-session.ts';
import { checkedStart, setUp, type TaskSetup } from './task-setup.ts';
import { numbering, streamFrom, type StreamState } from './task-state.ts';
import { formatLsn } from './lsn.ts';

/** Until a task has come as far as streaming, failing to connect for longer than this is a failure of the task. */
const FIRST_PATIENCE_MS = 15_000;
/** A session that lasted this long was a good one: the time between tries begins small again. */
const GOOD_SESSION_MS = 30_000;
const DROP_PATIENCE_MS = 5000;

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
  #handover: Handover;
  #stored: StoredOffset = { state: 'none' };
  /** The offset as it was read, as long as it is where streaming begins. */
  #inherited: SourceOffset | undefined;
  /** Whether this life of the task has written an offset of streaming. */
  #hasWrittenOffset = false;
  #isStarted = false;
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
    this.#facts = new SourceFacts(this.#config.serverName, () => this.#handover);
  }

  progress(): SourceProgress {
    return this.#facts.progress();
  }

  async run(): Promise<void> {
    await this.#readStored();
    try {
      await this.#runSessions();
    } catch (error) {
      if (this.#context.signal.aborted) return;
      if (this.#handover.failure !== undefined) throw this.#handover.failure;
      throw this.#opener.failure(error);
    } finally {
      if (this.#context.signal.aborted && this.#config.slotDropOnStop) await this.#dropSlot();
    }
  }

  async #readStored(): Promise<void> {
    const offset = await this.#context.readOffset(sourcePartition(this.#config.serverName));
    this.#stored = readOffset(offset, numbering(this.#config.publicationName));
    if (this.#stored.state === 'stream') this.#inherited = offset;
    // What an offset says that Kafka holds is in Kafka.
    const durable = this.#stored.state === 'stream' ? this.#stored.start.done : 0n;
    this.#handover = new Handover(this.#context, durable);
    this.#context.log.info({ state: this.#stored.state, position: formatLsn(durable) }, 'read the stored offset');
  }

  async #runSessions(): Promise<never> {
    const { signal, log } = this.#context;
    const beganMs = performance.now();
    for (let retry = 0; ; retry += 1) {
      const failure: unknown = await this.#session().then(
        () => new Error('the stream ended'),
        (error: unknown) => error,
      );
      signal.throwIfAborted();
      const isImpatient = !this.#isStarted && performance.now() - beganMs > FIRST_PATIENCE_MS;
      const mendsItself = this.#endsStreamingInProgress(failure);
      const isFatal = judge(failure).kind === 'fatal' && !mendsItself;
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

  /** One round: set up, snapshot if due, stream. Ends by throwing. */
  async #session(): Promise<void> {
    this.#streamingSinceMs = undefined;
    this.#streamedInProgress = false;
    const parts = { context: this.#context, config: this.#config, opener: this.#opener };
    const setup = await setUp(parts, this.#stored);
    this.#facts.connected();
    this.#facts.sawHead(setup.facts.logEnd);
    try {
      if (setup.decision.action === 'use') this.#reportStarted();
      const found = await this.#stateToStreamFrom(setup);
      const state = checkedStart(found, setup, parts);
      if (state !== found) this.#inherited = undefined;
      this.#stored = state;
      await this.#rewriteOffset(state, setup.source);
      await this.#stream(setup, state);
    } finally {
      await setup.session.close();
    }
  }

  /** Only once the slot exists: whoever sees the task RUNNING takes it that changes from now on will come. */
  #reportStarted(): void {
    if (!this.#isStarted) this.#context.started();
    this.#isStarted = true;
  }

  async #stream(setup: TaskSetup, from: StreamState): Promise<never> {
    const streamInProgress = this.#streamInProgress;
    this.#streamInProgress = this.#config.streamInProgress;
    const seen = from.run === null ? undefined : await seenRun(this.#context, this.#config.serverName, from.run);
    const end = await streamUntilBroken({
      seen,
      streamInProgress,
      context: this.#context,
      config: this.#config,
      opener: this.#opener,
      setup,
      rules: this.#rules,
      handover: this.#handover,
      facts: this.#facts,
      from,
      onStreaming: () => {
        this.#streamingSinceMs = performance.now();
        this.#streamedInProgress = streamInProgress;
        this.#context.log.info({ from: formatLsn(from.start.done), slot: this.#config.slotName }, 'streaming');
      },
    });
    this.#stored = end.state;
    throw end.reason;
  }

  /** Makes the slot and takes the snapshot, if they are still to come. */
  async #stateToStreamFrom(setup: TaskSetup): Promise<StreamState> {
    const stored = this.#stored;
    const wantsSnapshot = this.#config.snapshotMode === 'initial';
    if (setup.decision.action === 'use') {
      if (stored.state === 'stream') return stored;
      const from = stored.state === 'snapshot' ? stored.from : (setup.slot?.confirmedFlush ?? 0n);
      const state = streamFrom(from, setup.source);
      if (!wantsSnapshot) return state;
      // Compared before the rows are read: whatever is missing between slot and offset would never come.
      checkedStart(state, setup, { context: this.#context, config: this.#config, opener: this.#opener });
      return this.#snapshot(setup, state, null);
    }
    const isFirst = stored.state === 'none' || stored.state === 'creating';
    return this.#createSlot(setup, wantsSnapshot && isFirst);
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
      return await this.#snapshot(setup, state, { ...created, session });
    } finally {
      await session.close();
    }
  }

  async #snapshot(
    setup: TaskSetup,
    state: StreamState,
    created: (CreatedSlot & { readonly session: Session }) | null,
  ): Promise<StreamState> {
    const from = state.start.done;
    const { config, context } = { config: this.#config, context: this.#context };
    if (config.snapshotDelayMs > 0 && created === null) await pause(config.snapshotDelayMs, context.signal);
    const run = (this.#stored.state === 'snapshot' ? this.#stored.run : null) ?? randomUUID().slice(0, 8);
    this.#stored = { state: 'snapshot', from, run, source: setup.source };
    const shown = await runSnapshot({
      context,
      config,
      opener: this.#opener,
      setup,
      rules: this.#rules,
      handover: this.#handover,
      facts: this.#facts,
      tasks: snapshotTasks(context.config),
      from,
      run,
      exported: created?.snapshot == null ? null : { name: created.snapshot, session: created.session },
    });
    this.#hasWrittenOffset = true;
    const next = { ...state, run: shown };
    this.#stored = next;
    if (config.streamingDelayMs > 0) await pause(config.streamingDelayMs, context.signal);
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
      this.#inherited ??
      streamOffset(boundary, source, { numbering: numbering(this.#config.publicationName), run: state.run });
    const partition = sourcePartition(this.#config.serverName);
    await this.#handover.emit({ events: [], offsets: [{ partition, offset }], bytes: 0 }, done);
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
        'slot.drop.on.stop: the slot stays',
      );
    }
  }
}
