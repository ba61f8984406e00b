import { newRun } from '../snapshot/snapshot-records.ts';
import type { TaskContext } from '../source-connector.ts';
import { AskedSnapshot } from './blocking/asked-snapshot.ts';
import type { CatalogTable } from './catalog/catalog-table.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import type { SessionOpener } from './connection/session-opener.ts';
import { canTwoPhase } from './in-progress/stream-plan.ts';
import { formatLsn } from './lsn.ts';
import { pause } from './pause.ts';
import { creatingOffset } from './position/stored-offset.ts';
import { describedTables, type SchemaPhase } from './schema-phase/schema-phase.ts';
import { createSlot, dropSlot, reportingBlockers } from './setup/slot.ts';
import type { TaskSignals } from './signals/task-signals.ts';
import { isSnapshotDue, snapshotRules } from './snapshot/snapshot-mode.ts';
import { runSnapshot, type SnapshotParts } from './snapshot/snapshot-run.ts';
import type { SourceConfig } from './source-config.ts';
import type { SourceFacts } from './source-facts.ts';
import type { TaskOffset } from './task-offset.ts';
import { snapshotTasks } from './task-role.ts';
import { checkedStart, type TaskSetup } from './task-setup.ts';
import { streamFrom, type StreamState } from './task-state.ts';

export interface StreamStartParts {
  readonly context: TaskContext;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  readonly rules: PlanRules;
  readonly facts: SourceFacts;
  readonly signals: TaskSignals;
  readonly offset: TaskOffset;
  /** Undefined: the configuration wants none. */
  readonly schemaPhase: SchemaPhase | undefined;
  /** The slot is there. */
  readonly onSlot: () => void;
}

/** A snapshot to be taken. */
type SnapshotOrder = Pick<SnapshotParts, 'run' | 'exported' | 'asked'>;

/** What comes before the first change: makes the slot and takes the snapshot, if they are still to come. */
export class StreamStart {
  readonly #parts: StreamStartParts;
  /** Whether this life of the task has completed a snapshot. */
  #hasRead = false;
  /** Why everything is to be read anew; undefined: it is not. */
  #gap: string | undefined;
  /** Whether it was told that there is a snapshot, or none to be taken. */
  #hasTold = false;

  constructor(parts: StreamStartParts) {
    this.#parts = parts;
  }

  /** What the server has no longer is read anew: nothing of what is stored counts. */
  #forget(gap: string): void {
    const { context, config, facts, offset } = this.#parts;
    const reason = 'reading everything anew, as snapshot.mode or millrace.gap.action says';
    context.log.warn({ slot: config.slotName, gap }, reason);
    this.#gap = gap;
    facts.readsAnew(gap);
    offset.forget();
  }

  /** Where to stream from with this session. */
  async state(setup: TaskSetup): Promise<StreamState> {
    const { offset, onSlot } = this.#parts;
    if (setup.gap !== null) this.#forget(setup.gap);
    if (setup.decision.action === 'use') onSlot();
    const isDue = this.#isDue;
    const schemaPhase = this.#begins(isDue) ? this.#parts.schemaPhase : undefined;
    if (schemaPhase !== undefined)
      await schemaPhase.prepareTopics({ tables: this.#capturedTables(setup), handover: offset.handover });
    const found = await this.#found(setup, isDue);
    const checked = checkedStart(found, setup, this.#parts);
    if (checked !== found) offset.leave();
    // From here on positions are of the log that is there now.
    const state = { ...checked, source: setup.source };
    if (schemaPhase !== undefined && !isDue) {
      const source = { session: setup.session, tables: this.#capturedTables(setup), from: state.start.done };
      await schemaPhase.tell({ ...source, handover: offset.handover });
    }
    await offset.begin(state);
    if (!this.#hasTold) await this.#tellSkipped();
    return state;
  }

  /** Whether the rows are to be read. */
  get #isDue(): boolean {
    const { config, offset } = this.#parts;
    const lives = { hasRead: this.#hasRead, hasGap: this.#gap !== undefined };
    return isSnapshotDue(snapshotRules(config), offset.stored.state, lives);
  }

  /** Whether consumers get what they have not had before: a snapshot that goes on has made their topics. */
  #begins(isDue: boolean): boolean {
    const { state } = this.#parts.offset.stored;
    return state !== 'snapshot' && (isDue || state !== 'stream');
  }

  async #found(setup: TaskSetup, isDue: boolean): Promise<StreamState> {
    const { stored } = this.#parts.offset;
    if (setup.decision.action !== 'use') return this.#createSlot(setup, isDue);
    const read = await this.#readAsked(setup);
    if (read !== undefined) return read;
    if (stored.state === 'stream' && !isDue) return stored;
    // Of rows that are read again the changes since the offset come again: in the end each row is as it should be.
    const slotAt = setup.slot?.confirmedFlush ?? 0n;
    const from = stored.state === 'stream' ? stored.start.done : stored.state === 'snapshot' ? stored.from : slotAt;
    const state = streamFrom(from, setup.source);
    if (!isDue) return state;
    // Compared before the rows are read: whatever is missing between slot and offset would never come.
    checkedStart(state, setup, this.#parts);
    return this.#snapshot(setup, state, { run: this.#run, exported: null, asked: null });
  }

  /** Reads what somebody asked for, if the stream stands still for that, or stood when it began. */
  async #readAsked(setup: TaskSetup): Promise<StreamState | undefined> {
    const { context, signals, offset } = this.#parts;
    const { blocking: queue, pause: streamPause } = signals;
    const { stored } = offset;
    const point = streamPause.take();
    try {
      const request = queue.next;
      let state: StreamState | undefined;
      // What an earlier snapshot has shown of changes to come lies before the pause.
      if (stored.state === 'stream' && point !== undefined) state = { ...stored, run: null };
      if (stored.state === 'snapshot' && stored.run === request?.run) state = streamFrom(stored.from, setup.source);
      if (request === undefined || state === undefined) return undefined;
      const asked = new AskedSnapshot(queue, request, this.#capturedTables(setup));
      checkedStart(state, setup, this.#parts);
      context.log.info(
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
    return describedTables(catalog.tables, publication, this.#parts.config);
  }

  async #createSlot(setup: TaskSetup, withSnapshot: boolean): Promise<StreamState> {
    const { config, context, offset, opener, onSlot } = this.#parts;
    const { slotName: name, slotFailover: failover } = config;
    if (withSnapshot) {
      await offset.store(creatingOffset(setup.source), 0n);
      offset.move({ state: 'creating', source: setup.source });
    }
    if (setup.decision.action === 'recreate') await dropSlot(setup.session, name);
    const session = await opener.replication();
    try {
      const { version } = setup.facts;
      const twoPhase = config.twoPhase && canTwoPhase(version);
      const creation = { name, failover, twoPhase, exportSnapshot: withSnapshot, version };
      const created = await reportingBlockers(setup.session, context.log, createSlot(session, creation));
      context.log.info({ slot: name, from: formatLsn(created.consistentPoint) }, 'created the slot');
      onSlot();
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
    const { stored } = this.#parts.offset;
    return (stored.state === 'snapshot' ? stored.run : null) ?? newRun();
  }

  async #snapshot(setup: TaskSetup, state: StreamState, order: SnapshotOrder): Promise<StreamState> {
    const { run, exported, asked } = order;
    const { config, context, opener, rules, facts, signals, offset } = this.#parts;
    const from = state.start.done;
    if (config.snapshotDelayMs > 0 && exported === null && asked === null)
      await pause(config.snapshotDelayMs, context.signal);
    offset.move({ state: 'snapshot', from, run, source: setup.source });
    this.#hasTold = true;
    const shown = await runSnapshot({
      context,
      config,
      opener,
      setup,
      rules,
      handover: offset.handover,
      facts,
      notifier: signals.notifier,
      tasks: snapshotTasks(context.config),
      from,
      run,
      streams: true,
      asked,
      gap: asked === null ? (this.#gap ?? null) : null,
      // With the plan: where that is stored already, consumers have been told.
      schemaPhase: asked === null ? this.#parts.schemaPhase : undefined,
      exported,
    });
    const next = { ...state, run: shown };
    offset.completed(next);
    if (asked !== null) return next;
    this.#hasRead = true;
    this.#gap = undefined;
    if (config.streamingDelayMs > 0) await pause(config.streamingDelayMs, context.signal);
    return next;
  }

  async #tellSkipped(): Promise<void> {
    this.#hasTold = true;
    const { signals, offset } = this.#parts;
    const { notifier } = signals;
    notifier.notify('Initial Snapshot', 'SKIPPED');
    if (notifier.isWaiting) await offset.handover.emit({ ...notifier.batch(), offsets: [] }, 0n);
  }
}
