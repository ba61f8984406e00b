import { runPartition, runsOf } from '../../snapshot/snapshot-records.ts';
import { SnapshotRuns } from '../../snapshot/snapshot-runs.ts';
import type { SourceTask, TaskContext } from '../../source-connector.ts';
import type { SourceProgress } from '../../source-progress.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import { planRules } from '../plan-rules.ts';
import { Reconnection } from '../connection/reconnection.ts';
import { SessionOpener } from '../connection/session-opener.ts';
import { Handover } from '../handover.ts';
import { pause } from '../pause.ts';
import { settledBefore } from '../settled-before.ts';
import { readServerFacts } from '../setup/server-facts.ts';
import { parseConfig, type SourceConfig } from '../source-config.ts';
import { SourceFacts } from '../source-facts.ts';
import { readPublishedParts } from './published-part.ts';
import { SnapshotShare, type SnapshotShareParts } from './snapshot-share.ts';

/** A snapshot whose holder has just begun anew is looked for again after this. */
const HOLDER_POLL_MS = 500;

type Run = NonNullable<SnapshotRuns['current']>;

/**
 * A task that reads its share of the snapshots of its connector, and rests in between: it learns from the stored offsets that
 * there is one, and what of it is its own.
 */
export class SnapshotHelper implements SourceTask {
  readonly #context: TaskContext;
  readonly #config: SourceConfig;
  readonly #opener: SessionOpener;
  readonly #rules: PlanRules;
  readonly #handover: Handover;
  readonly #facts: SourceFacts;
  readonly #runs = new SnapshotRuns();
  /** Chunks of the run that were handed over, whatever connection they were read by. */
  #handed: { readonly run: string; readonly chunks: SnapshotShareParts['handed'] } = { run: '', chunks: new Map() };

  constructor(context: TaskContext) {
    this.#context = context;
    this.#config = parseConfig(context.config);
    this.#opener = new SessionOpener(this.#config, context.applicationName, context.signal);
    this.#rules = planRules(this.#config);
    this.#handover = new Handover(context, 0n);
    this.#facts = new SourceFacts(this.#config.serverName, () => this.#handover);
  }

  progress(): SourceProgress {
    return this.#facts.progress();
  }

  async run(): Promise<void> {
    const context = this.#context;
    await context.watchOffsets(runsOf(this.#config.serverName), this.#runs.follower());
    this.#facts.idles();
    context.started();
    const reconnection = this.#reconnection();
    try {
      while (!context.signal.aborted) {
        const run = this.#runs.current;
        if (run === undefined || run.ledger.open(context.task).length === 0) await this.#change();
        else await this.#take(run, reconnection);
      }
    } catch (error) {
      if (!context.signal.aborted) throw reconnection.failure(error);
    }
  }

  #reconnection(): Reconnection {
    const handover = (): Handover => this.#handover;
    return new Reconnection({ context: this.#context, opener: this.#opener, facts: this.#facts, handover });
  }

  /** Reads the share of a run, or what of it comes before the connection breaks. */
  async #take(run: Run, reconnection: Reconnection): Promise<void> {
    try {
      await this.#readShare(run);
      reconnection.mended();
    } catch (error) {
      await reconnection.after(error);
      // What was handed over counts before anything is read again.
      await this.#handover.store({ events: [], offsets: [], bytes: 0 }, 0n);
    }
  }

  async #readShare({ id, ledger }: Run): Promise<void> {
    const context = this.#context;
    const config = this.#config;
    const session = await this.#opener.sql();
    const share = await this.#share(session, { id, ledger }).catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    const destroy = (): void => share.destroy();
    this.#handover.failed.catch(destroy);
    this.#facts.connected();
    this.#facts.helps();
    context.log.info({ run: id, chunks: share.open.length }, 'reading a share of the snapshot');
    try {
      // Until the run is over: what is planned anew comes here, too, and the snapshot lives on as long as this task holds it.
      while (this.#runs.current?.id === id && !context.signal.aborted) {
        const lost = await share.read(context.signal);
        if (lost === undefined) await this.#change();
        else await Promise.race([this.#change(), pause(HOLDER_POLL_MS, context.signal)]);
      }
    } finally {
      await share.close();
      await session.close();
      this.#facts.idles();
    }
    context.log.info({ run: id, slot: config.slotName }, 'the snapshot is over');
  }

  async #share(session: Awaited<ReturnType<SessionOpener['sql']>>, { id, ledger }: Run): Promise<SnapshotShare> {
    const context = this.#context;
    const config = this.#config;
    if (this.#handed.run !== id) this.#handed = { run: id, chunks: new Map() };
    const facts = await readServerFacts(session);
    const catalog = new Catalog(this.#rules.filter, this.#config.typeAliases);
    await catalog.load(session);
    return new SnapshotShare({
      task: context.task,
      ledger,
      handed: this.#handed.chunks,
      partition: runPartition(config.serverName, id),
      config,
      opener: this.#opener,
      session,
      catalog,
      rules: this.#rules,
      parts: await readPublishedParts(session, config.publicationName, facts.version),
      emit: (batch) => this.#handover.emit(batch, 0n),
      log: context.log,
    });
  }

  /** Settles when another record of a run was stored; rejects when this task cannot go on. */
  #change(): Promise<unknown> {
    return settledBefore(this.#runs.changed, [this.#handover.failed], this.#context.signal);
  }
}
