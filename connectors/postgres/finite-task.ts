import { newRun } from '../snapshot/snapshot-records.ts';
import type { SourceTask, TaskContext } from '../source-connector.ts';
import type { SourceProgress } from '../source-progress.ts';
import type { CatalogTable } from './catalog/catalog-table.ts';
import { Reconnection } from './connection/reconnection.ts';
import { SessionOpener } from './connection/session-opener.ts';
import { Handover } from './handover.ts';
import { configuredNotifier, type Notifier } from './notifications/notifier.ts';
import { planRules } from './plan-rules.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import { describedTables, SchemaPhase } from './schema-phase/schema-phase.ts';
import { readOffset, sourcePartition, type StoredOffset } from './position/stored-offset.ts';
import { parseConfig, type SourceConfig } from './source-config.ts';
import { SourceFacts } from './source-facts.ts';
import { snapshotTasks } from './task-role.ts';
import { numbering } from './task-state.ts';
import { setUpReading, type ReadingSetup } from './task-setup.ts';
import { isSnapshotDue, snapshotRules } from './snapshot/snapshot-mode.ts';
import { runSnapshot } from './snapshot/snapshot-run.ts';

/**
 * The life of a task that tells of the tables (`millrace.schema.phase=only`) or reads what there is and then ends by itself. It needs neither slot nor publication, since no change
 * follows. What is stored says whether it is done: started again, it then ends at once.
 */
export class FiniteTask implements SourceTask {
  readonly #context: TaskContext;
  readonly #config: SourceConfig;
  readonly #opener: SessionOpener;
  readonly #handover: Handover;
  readonly #facts: SourceFacts;
  readonly #notifier: Notifier;
  readonly #rules: PlanRules;
  readonly #schemaPhase: SchemaPhase | undefined;
  #run: string = newRun();
  #isStarted = false;

  constructor(context: TaskContext) {
    this.#context = context;
    this.#config = parseConfig(context.config);
    this.#opener = new SessionOpener(this.#config, context.applicationName, context.signal);
    this.#handover = new Handover(context, 0n);
    this.#facts = new SourceFacts(this.#config.serverName, () => this.#handover);
    this.#notifier = configuredNotifier(this.#config, context.log);
    this.#rules = planRules(this.#config);
    this.#schemaPhase = SchemaPhase.of(this.#config, this.#rules, { facts: this.#facts, log: context.log });
  }

  progress(): SourceProgress {
    return this.#facts.progress();
  }

  async run(): Promise<void> {
    const reconnection = this.#reconnection();
    try {
      const stored = await storedOffset(this.#context, this.#config);
      const isDue = this.#isSchemaOnly || isSnapshotDue(snapshotRules(this.#config), stored.state);
      if (isDue) await this.#toEnd(reconnection);
      this.#finish(isDue);
    } catch (error) {
      if (!this.#context.signal.aborted) throw reconnection.failure(error);
    }
  }

  #reconnection(): Reconnection {
    return new Reconnection({
      context: this.#context,
      opener: this.#opener,
      facts: this.#facts,
      handover: () => this.#handover,
      isStarted: () => this.#isStarted,
    });
  }

  #finish(hasRead: boolean): void {
    const { schema, snapshot } = this.#facts.progress();
    const detail = this.#isSchemaOnly
      ? `the definitions of ${schema?.definitions ?? 0} tables were written; that is all, as millrace.schema.phase=only says`
      : hasRead
        ? `the snapshot is complete: ${snapshot?.rows ?? 0} rows of ${snapshot?.tables ?? 0} tables`
        : 'nothing is to be read: there is an offset of a complete snapshot, or snapshot.mode reads none; delete the offsets to read again';
    this.#context.log.info({ detail }, 'the connector has finished');
    this.#context.finished(detail);
  }

  /** Opens connections until one lasts long enough. */
  async #toEnd(reconnection: Reconnection): Promise<void> {
    for (;;)
      try {
        await this.#session();
        return;
      } catch (error) {
        await reconnection.after(error);
      }
  }

  async #session(): Promise<void> {
    const { context, config, opener } = { context: this.#context, config: this.#config, opener: this.#opener };
    // Anew each time: what an earlier connection has read counts.
    const stored = await storedOffset(context, config);
    const setup = await setUpReading({ context, config, opener }, stored);
    this.#facts.connected();
    try {
      if (!this.#isStarted) context.started();
      this.#isStarted = true;
      if (this.#isSchemaOnly || stored.state !== 'snapshot')
        await this.#schemaPhase?.prepareTopics({ tables: describedIn(setup, config), handover: this.#handover });
      if (this.#isSchemaOnly) await this.#tell(setup);
      else await this.#read(setup, stored);
    } finally {
      await setup.session.close();
    }
  }

  async #tell(setup: ReadingSetup): Promise<void> {
    const { logEnd: from } = setup.facts;
    const tables = describedIn(setup, this.#config);
    await this.#schemaPhase?.tell({ session: setup.session, tables, handover: this.#handover, from });
    await this.#handover.store({ events: [], offsets: [], bytes: 0 }, 0n);
  }

  async #read(setup: ReadingSetup, stored: StoredOffset): Promise<void> {
    if (stored.state === 'snapshot' && stored.run !== null) this.#run = stored.run;
    await runSnapshot({
      context: this.#context,
      config: this.#config,
      opener: this.#opener,
      setup,
      rules: this.#rules,
      handover: this.#handover,
      facts: this.#facts,
      notifier: this.#notifier,
      tasks: snapshotTasks(this.#context.config),
      from: stored.state === 'snapshot' ? stored.from : setup.facts.logEnd,
      run: this.#run,
      streams: false,
      asked: null,
      gap: null,
      schemaPhase: this.#schemaPhase,
      exported: null,
    });
  }

  get #isSchemaOnly(): boolean {
    return this.#config.schemaPhase === 'only';
  }
}

function describedIn({ catalog, publication }: ReadingSetup, config: SourceConfig): CatalogTable[] {
  return describedTables(catalog.tables, publication, config);
}

/** What is stored of a source, read for a task that does not stream. */
async function storedOffset(context: TaskContext, config: SourceConfig): Promise<StoredOffset> {
  const offset = await context.readOffset(sourcePartition(config.serverName));
  return readOffset(offset, numbering(config));
}
