import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import { SnapshotRuns } from '../../snapshot/snapshot-runs.ts';
import { runPartition, runsOf, type SnapshotRecord, type TablePlan } from '../../snapshot/snapshot-records.ts';
import type { TaskContext } from '../../source-connector.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import type { Handover } from '../handover.ts';
import type { Lsn } from '../lsn.ts';
import { errorText } from '../pg-errors.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { describedTables, type SchemaPhase } from '../schema-phase/schema-phase.ts';
import type { SourceConfig } from '../source-config.ts';
import type { SourceFacts } from '../source-facts.ts';
import type { ReadingSetup } from '../task-setup.ts';
import { AskedSnapshotLost, type AskedSnapshot } from '../blocking/asked-snapshot.ts';
import { readPublishedParts } from './published-part.ts';
import { RunStore } from './run-store.ts';
import { snapshotFigures } from './snapshot-figures.ts';
import { SnapshotHolder } from './snapshot-holder.ts';
import { snapshotRules } from './snapshot-mode.ts';
import { epochRecords, planAgain, planTables, type PlanningParts } from './snapshot-plan.ts';
import { SnapshotShare } from './snapshot-share.ts';
import { LOCK_TIMEOUT } from './table-lock.ts';
import { TableNews } from './table-news.ts';
import { waitForOthers } from './wait-for-others.ts';
import { snapshotTables, snapshotXid } from './snapshot-tables.ts';
import { tableName } from './table-name.ts';

export interface SnapshotParts {
  readonly context: TaskContext;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  readonly setup: ReadingSetup;
  readonly rules: PlanRules;
  readonly handover: Handover;
  readonly facts: SourceFacts;
  readonly notifier: Notifier;
  /** Tasks that share the reading, this one included. */
  readonly tasks: number;
  /** Where streaming will begin. */
  readonly from: Lsn;
  /** It does; else the snapshot is all there is, and where it was taken matters to nobody. */
  readonly streams: boolean;
  /** Name of the run; of one that was interrupted, what it has read counts. */
  readonly run: string;
  /** Tables that are read in the middle of the stream; null: all, before it. */
  readonly asked: AskedSnapshot | null;
  /** Why everything is read anew; null: it is not. */
  readonly gap: string | null;
  /** Tells of the tables before their rows; undefined: nobody does. */
  readonly schemaPhase?: SchemaPhase | undefined;
  /** The snapshot that the slot was created with, null for one of its own; and the session that keeps it. */
  readonly exported: { readonly name: string; readonly session: Session } | null;
}

/**
 * The run of a snapshot as the task that streams afterwards sees it: it makes the plan, reads its own chunks, waits for those of
 * the other tasks, and ends with the offset that says so. Interrupted, it goes on at the chunks that are left, and streaming
 * still begins at `from`: a row read first and deleted since is then deleted for consumers, too. Answers the name of the run if
 * later snapshots than the one at `from` have shown some of the changes to come, else null.
 */
export async function runSnapshot(parts: SnapshotParts): Promise<string | null> {
  const { notifier, asked, gap } = parts;
  notifier.notify('Initial Snapshot', 'STARTED', gap === null ? {} : { gap });
  const run = new SnapshotCoordinator(parts, await planning(parts));
  try {
    return await run.toEnd();
  } catch (error) {
    notifier.notify('Initial Snapshot', 'ABORTED');
    if (asked === null || !(await run.endsBy(error, asked))) throw error;
    return null;
  } finally {
    await run.close();
  }
}

async function planning({ config, context, setup, rules, asked }: SnapshotParts): Promise<PlanningParts> {
  const ownQueries = asked?.queries ?? new Map<string, string>();
  return {
    catalog: setup.catalog,
    rules,
    parts: await readPublishedParts(setup.session, config.publicationName, setup.facts.version),
    chunkBytes: config.snapshotChunkBytes,
    queries: new Map([...config.selectOverrides, ...ownQueries]),
    ownQueries,
    onLockTimeout: (table) => context.log.warn({ table }, LOCK_TIMEOUT),
  };
}

class SnapshotCoordinator {
  readonly #parts: SnapshotParts;
  readonly #planning: PlanningParts;
  readonly #runs = new SnapshotRuns();
  readonly #ledger: SnapshotLedger;
  readonly #share: SnapshotShare;
  readonly #store: RunStore;
  readonly #news: TableNews;
  readonly #startedMs = Date.now();

  constructor(parts: SnapshotParts, planned: PlanningParts) {
    const { context, config, opener, setup, rules, handover, from, run, notifier } = parts;
    this.#parts = parts;
    this.#planning = planned;
    this.#ledger = this.#runs.of(run);
    const { source, session } = setup;
    const stored = { context, handover, server: config.serverName, run, runs: this.#runs, source, from };
    this.#store = new RunStore({ ...stored, lost: session.ended });
    const names = new Map(setup.catalog.tables.map((table) => [tableName(table), `${table.schema}.${table.table}`]));
    this.#news = new TableNews(notifier, this.#ledger, (table) => names.get(table) ?? table);
    this.#share = new SnapshotShare({
      task: context.task,
      ledger: this.#ledger,
      handed: new Map(),
      partition: runPartition(config.serverName, run),
      config,
      opener,
      session: setup.session,
      catalog: setup.catalog,
      rules,
      parts: planned.parts,
      emit: (batch) => handover.emit(batch, from),
      before: (plans) => this.#tell(plans),
      log: context.log,
    });
    handover.failed.catch(() => this.#share.destroy());
  }

  async toEnd(): Promise<string | null> {
    const { context, config, facts, handover, from, streams, notifier } = this.#parts;
    const ledger = this.#ledger;
    // What this task handed over before its connection broke counts, or it would be read again.
    await handover.store({ events: [], offsets: [], bytes: 0 }, from);
    await context.watchOffsets(runsOf(config.serverName), this.#runs.follower());
    facts.snapshotBegins(() => snapshotFigures(ledger, this.#share));
    if (ledger.run === undefined) await this.#plan();
    else await this.#resume();
    while (!ledger.isComplete()) {
      const lost = (await this.#share.read(context.signal)) ?? (await this.#lostByOthers());
      if (lost !== undefined) await this.#replaceEpoch(lost.lost);
      else if (ledger.unseen.length > 0) await this.#planUnseen();
      else if (!ledger.isComplete())
        await waitForOthers({ ledger, store: this.#store, log: context.log, tell: () => this.#tell([]) });
      await this.#tell([]);
    }
    const { rows } = snapshotFigures(ledger, this.#share);
    // What later snapshots have shown is looked up while the changes up to them are streamed. Consumers of rows that are read again
    // and again may have some that no later snapshot has: they learn from the changes alone that those were deleted.
    const hidesSeen = snapshotRules(config).reads !== 'always';
    const run = streams && hidesSeen && ledger.isLate() ? this.#parts.run : null;
    await this.#store.finish(run !== null, this.#parts.asked?.finished() ?? []);
    facts.snapshotCompleted();
    context.log.info({ rows, tookMs: Date.now() - this.#startedMs, from: String(from) }, 'snapshot completed');
    if (handover.failure !== undefined) throw handover.failure;
    notifier.notify('Initial Snapshot', 'COMPLETED');
    // A task that ends now hands over nothing any more.
    if (notifier.isWaiting) await handover.store({ ...notifier.batch(), offsets: [] }, from);
    return run;
  }

  close(): Promise<void> {
    return this.#share.close();
  }

  /** Whether the stream goes on from where it paused, in spite of a failure: then the run is forgotten. */
  async endsBy(error: unknown, asked: AskedSnapshot): Promise<boolean> {
    const { context, facts } = this.#parts;
    const isLost = error instanceof AskedSnapshotLost;
    if (!isLost && !asked.isGivenUpBy(error)) return false;
    const fields = { signal: asked.request.id, error: errorText(error) };
    if (isLost) context.log.warn(fields, 'the blocking snapshot begins anew; streaming goes on until then');
    else context.log.error(fields, 'the blocking snapshot is given up; streaming goes on');
    await this.#store.finish(false, isLost ? asked.again() : asked.finished());
    facts.snapshotAborted();
    return true;
  }

  async #plan(): Promise<void> {
    const { context, exported, setup, from, asked } = this.#parts;
    const tables = asked?.tables ?? (await snapshotTables(this.#parts));
    const tasks = this.#tasks;
    const holder = await this.#firstHolder();
    this.#share.hold(1, holder);
    // Once imported, the snapshot lives on in this transaction.
    await exported?.session.close();
    const plans = await planTables(holder, tables, this.#planning);
    const run = { tasks, tables: plans.length, from, xid: await snapshotXid(setup.session), over: false };
    const chunks = plans.reduce((sum, plan) => sum + plan.boundaries.length + 1, 0);
    await this.#store.record(
      [
        ...epochRecords(1, { holder, late: false, task: context.task }),
        ...plans.map((plan) => ({ kind: 'table', plan }) as const),
        { kind: 'run', run },
      ],
      () => this.#tellDefinitions(),
    );
    context.log.info({ tables: plans.length, chunks, tasks, from: String(from) }, 'snapshot begins');
  }

  async #tellDefinitions(): Promise<void> {
    const { schemaPhase, setup, config, handover, from } = this.#parts;
    if (schemaPhase === undefined) return;
    const tables = describedTables(setup.catalog.tables, setup.publication, config);
    await schemaPhase.tell({ session: setup.session, tables, handover, from });
  }

  /** Who reads a table by a query of the operator's finds out what is wrong with it: this task, which can give up. */
  get #tasks(): number {
    const { tasks, asked } = this.#parts;
    return asked !== null && asked.queries.size > 0 ? 1 : tasks;
  }

  async #firstHolder(): Promise<SnapshotHolder> {
    const { asked, exported } = this.#parts;
    if (asked !== null && exported === null) throw new AskedSnapshotLost('nobody holds the snapshot any more');
    const holder = await SnapshotHolder.open(await this.#share.readingSession(), exported?.name ?? null);
    if (holder === undefined && asked !== null) throw new AskedSnapshotLost('the snapshot was lost at once');
    if (holder === undefined)
      throw new Error('the snapshot of the new slot was lost before it could be used: connection');
    return holder;
  }

  async #resume(): Promise<void> {
    const { context } = this.#parts;
    const tasks = this.#tasks;
    const { run } = this.#ledger;
    const open = [...this.#ledger.openByTask.values()].reduce((sum, count) => sum + count, 0);
    context.log.info({ chunksLeft: open, tasks }, 'snapshot goes on where it was interrupted');
    if (run !== undefined && run.tasks !== tasks) await this.#store.record([{ kind: 'run', run: { ...run, tasks } }]);
  }

  /**
   * A snapshot that others have still to read by, and that nobody holds any more: only here a new one is taken. What this task has
   * got hold of lives on with it.
   */
  async #lostByOthers(): Promise<{ readonly lost: number } | undefined> {
    for (const epoch of this.#ledger.openEpochs)
      if ((await this.#share.holder(epoch)) === undefined) return { lost: epoch };
    return undefined;
  }

  /** Nobody holds the snapshot any more: what is left is read by a new one. */
  async #replaceEpoch(lost: number): Promise<void> {
    const left = this.#ledger.plans.filter((plan) => plan.epoch === lost && this.#isLeft(plan));
    await this.#newEpoch(
      left,
      ({ split }) => split === 'pages', // where a row lies, another snapshot does not say
      'the snapshot was lost with the last task that held it; what is left is read by a new one',
    );
  }

  #planUnseen(): Promise<void> {
    return this.#newEpoch(
      this.#ledger.unseen,
      () => true,
      'reading tables again that were rewritten or truncated since the snapshot',
    );
  }

  async #newEpoch(plans: readonly TablePlan[], again: (plan: TablePlan) => boolean, why: string): Promise<void> {
    // In the middle of the stream a later snapshot would show what only later changes tell of.
    if (this.#parts.asked !== null) throw new AskedSnapshotLost(why);
    const { context, setup } = this.#parts;
    const epoch = this.#ledger.lastEpoch + 1;
    const holder = await SnapshotHolder.open(await this.#share.readingSession(), null);
    if (holder === undefined) return;
    this.#share.hold(epoch, holder);
    const tables = new Map(setup.catalog.tables.map((table) => [tableName(table), table]));
    const next: SnapshotRecord[] = [];
    for (const plan of plans) {
      const planned = again(plan)
        ? await planAgain(holder, { plan, table: tables.get(plan.table), epoch }, this.#planning)
        : { ...plan, epoch };
      next.push({ kind: 'table', plan: planned });
    }
    context.log.info({ tables: plans.map(({ table }) => table), epoch }, why);
    await this.#store.record([...epochRecords(epoch, { holder, late: true, task: context.task }), ...next]);
  }

  #isLeft(plan: TablePlan): boolean {
    return this.#ledger.settled(plan).length <= plan.boundaries.length;
  }

  /** Tells what is known of tables, between the units of what is read; `next`: those that are read next. */
  async #tell(next: readonly TablePlan[]): Promise<void> {
    const { notifier, handover, from } = this.#parts;
    this.#news.look();
    this.#news.begins(next);
    if (notifier.isWaiting) await handover.emit({ ...notifier.batch(), offsets: [] }, from);
  }
}
