import { ConnectorError } from '../../errors/connector-error.ts';
import type { SourceTask, TaskContext } from '../source-connector.ts';
import type { SourceProgress } from '../source-progress.ts';
import type { TaskSignal } from '../task-signal.ts';
import { StreamPaused } from './blocking/stream-paused.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import { Reconnection } from './connection/reconnection.ts';
import { SessionOpener } from './connection/session-opener.ts';
import { SlotGuard } from './guard/slot-guard.ts';
import type { Handover } from './handover.ts';
import { isOfStreamingInProgress } from './in-progress/streaming-failure.ts';
import { formatLsn } from './lsn.ts';
import { errorText, judge } from './pg-errors.ts';
import { planRules } from './plan-rules.ts';
import { SchemaPhase } from './schema-phase/schema-phase.ts';
import { claimSlot, dropSlot } from './setup/slot.ts';
import { TaskSignals } from './signals/task-signals.ts';
import { seenRun } from './snapshot/seen-run.ts';
import { isHealedBy, snapshotRules } from './snapshot/snapshot-mode.ts';
import { parseConfig, type SourceConfig } from './source-config.ts';
import { SourceFacts } from './source-facts.ts';
import { streamUntilBroken } from './stream-session.ts';
import { StreamStart } from './stream-start.ts';
import { TaskOffset } from './task-offset.ts';
import { setUp, type TaskSetup } from './task-setup.ts';
import type { StreamState } from './task-state.ts';

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
  readonly #offset: TaskOffset;
  readonly #facts: SourceFacts;
  readonly #signals: TaskSignals;
  readonly #start: StreamStart;
  #isStarted = false;
  /** Whether large transactions are to come while they run: not in the session after one that found no room for them. */
  #streamInProgress: boolean;
  #streamingSinceMs: number | undefined;
  /** Whether the session of now got large transactions while they ran. */
  #streamedInProgress = false;

  constructor(context: TaskContext) {
    const config = parseConfig(context.config);
    const opener = new SessionOpener(config, context.applicationName, context.signal);
    const rules = planRules(config);
    const offset = new TaskOffset(context, config);
    const facts = new SourceFacts(config.serverName, () => offset.handover, {
      incremental: () => this.#signals.incremental,
    });
    const schemaPhase = SchemaPhase.of(config, rules, { facts, log: context.log });
    const handover = (): Handover => offset.handover;
    const signals = new TaskSignals({ context, config, opener, rules, schemaPhase, handover });
    const onSlot = (): void => this.#reportStarted();
    this.#context = context;
    this.#config = config;
    this.#opener = opener;
    this.#rules = rules;
    this.#offset = offset;
    this.#facts = facts;
    this.#signals = signals;
    this.#start = new StreamStart({ context, config, opener, rules, facts, signals, offset, schemaPhase, onSlot });
    this.#streamInProgress = config.streamInProgress;
  }

  progress(): SourceProgress {
    return this.#facts.progress();
  }

  signal(signal: TaskSignal): Promise<void> {
    return this.#signals.signal(signal);
  }

  async run(): Promise<void> {
    const reconnection = this.#reconnection();
    await this.#offset.read();
    await this.#signals.restore();
    try {
      await this.#runSessions(reconnection);
    } catch (error) {
      if (this.#context.signal.aborted) return;
      const failure = reconnection.failure(error);
      if (this.#isToDrop(failure)) await this.#dropSlot();
      throw failure;
    } finally {
      if (this.#context.signal.aborted && this.#config.slotDropOnStop) await this.#dropSlot();
    }
  }

  #reconnection(): Reconnection {
    return new Reconnection({
      context: this.#context,
      opener: this.#opener,
      facts: this.#facts,
      handover: () => this.#offset.handover,
      isStarted: () => this.#isStarted,
    });
  }

  #isToDrop(failure: unknown): boolean {
    const isOver = failure instanceof ConnectorError && failure.code === 'POSTGRES_SLOT_OVER_LIMIT';
    return isOver && this.#config.slotLimitAction === 'drop' && this.#context.mayConfirm();
  }

  async #runSessions(reconnection: Reconnection): Promise<never> {
    for (;;) {
      const broken = await this.#session().then(
        () => null,
        (error: unknown) => ({ error }),
      );
      this.#context.signal.throwIfAborted();
      if (broken === null) {
        reconnection.mended();
        continue;
      }
      const failure = broken.error;
      const mends = this.#endsStreamingInProgress(failure) || (await this.#isHealed(failure));
      const since = this.#streamingSinceMs;
      if (since !== undefined && performance.now() - since > GOOD_SESSION_MS) reconnection.mended();
      await reconnection.after(failure, { mends });
    }
  }

  /** If it may have failed because large transactions came while they ran, the next session gets them at their end. */
  #endsStreamingInProgress(failure: unknown): boolean {
    if (!this.#streamedInProgress || !isOfStreamingInProgress(failure)) return false;
    this.#streamInProgress = false;
    this.#context.log.warn({ error: errorText(failure) }, 'large transactions come at their end for the next session');
    return true;
  }

  /** The next session finds what is to be read anew. */
  async #isHealed(failure: unknown): Promise<boolean> {
    const rules = snapshotRules(this.#config);
    if (rules.heals && this.#isToDrop(failure)) {
      await this.#dropSlot();
      return true;
    }
    const verdict = judge(failure);
    return verdict.kind === 'fatal' && isHealedBy(rules, verdict.code);
  }

  /** One round: set up, snapshot if due, stream. Ends by throwing, or when the stream is to stand still for a snapshot. */
  async #session(): Promise<void> {
    this.#streamingSinceMs = undefined;
    this.#streamedInProgress = false;
    const parts = { context: this.#context, config: this.#config, opener: this.#opener };
    const setup = await setUp(parts, this.#offset.stored);
    this.#facts.connected();
    this.#facts.sawHead(setup.facts.logEnd);
    const guard = this.#guard(setup);
    try {
      await this.#stream(setup, await this.#start.state(setup), guard);
    } finally {
      guard.close();
      await setup.session.close();
    }
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
      confirms: this.#config.confirms,
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
      handover: this.#offset.handover,
      facts: this.#facts,
      guard,
      from,
      onStreaming: () => {
        this.#streamingSinceMs = performance.now();
        this.#streamedInProgress = streamInProgress;
        this.#context.log.info({ from: formatLsn(from.start.done), slot: this.#config.slotName }, 'streaming');
      },
    });
    this.#offset.move(end.state);
    if (!(end.reason instanceof StreamPaused)) throw end.reason;
  }

  async #dropSlot(): Promise<void> {
    const signal = AbortSignal.timeout(DROP_PATIENCE_MS);
    const opener = new SessionOpener(this.#config, this.#context.applicationName, signal);
    const claim = {
      name: this.#config.slotName,
      applicationName: opener.applicationName,
      maxRetries: 0,
      retryDelayMs: 0,
      mayTakeOver: () => this.#context.mayConfirm(),
      signal,
      log: this.#context.log,
    };
    try {
      const session = await opener.sql();
      // The server may not have noticed yet that our session is over.
      await claimSlot(session, claim)
        .then(() => dropSlot(session, claim.name))
        .finally(() => session.close());
    } catch (error) {
      this.#context.log.error(
        { slot: this.#config.slotName, error: errorText(error) },
        'the slot could not be dropped: it stays',
      );
    }
  }
}
