import type { ChangeBatch } from '../../change-batch.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import { tableDefinitions } from '../ddl/definition-query.ts';
import { ddlRecords, type DdlRecords } from '../ddl/ddl-records.ts';
import type { Handover } from '../handover.ts';
import { formatLsn, type Lsn } from '../lsn.ts';
import { publishedForms, type Publication } from '../setup/publication.ts';
import type { SourceConfig } from '../source-config.ts';
import type { SourceFacts } from '../source-facts.ts';

/** What it tells of: tables in the form in which they are published. */
export interface SchemaSource {
  readonly session: Session;
  readonly tables: readonly CatalogTable[];
  readonly handover: Handover;
  /** Where streaming begins. */
  readonly from: Lsn;
}

/** As many topics are opened before it is told how far that is. */
const TOPICS_AT_ONCE = 100;

/**
 * What consumers are told before anything of the tables comes (DTS calls it the schema phase): their topics are created where they
 * are missing, and each has a record of its definition.
 */
export class SchemaPhase {
  readonly #database: string;
  readonly #records: DdlRecords;
  readonly #facts: Pick<SourceFacts, 'schemaPhase'>;
  readonly #log: TaskLog;

  private constructor(config: SourceConfig, rules: Pick<PlanRules, 'filter'>, { facts, log }: SchemaPhaseHost) {
    this.#database = config.database;
    this.#records = ddlRecords(config, rules);
    this.#facts = facts;
    this.#log = log;
  }

  /** Undefined: the configuration wants none. */
  static of(config: SourceConfig, rules: Pick<PlanRules, 'filter'>, host: SchemaPhaseHost): SchemaPhase | undefined {
    return config.schemaPhase === 'off' ? undefined : new SchemaPhase(config, rules, host);
  }

  /** Has the topics made, outside of any transaction that has records: with many tables it takes long. */
  async prepareTopics({ tables, handover }: Pick<SchemaSource, 'tables' | 'handover'>): Promise<void> {
    for (let done = 0; ; done += TOPICS_AT_ONCE) {
      const topics = Math.min(done, tables.length);
      this.#facts.schemaPhase({ tables: tables.length, topics, definitions: 0 });
      const part = tables.slice(done, done + TOPICS_AT_ONCE);
      if (part.length === 0) return;
      const events = part.map(({ schema, table }) => ({ kind: 'table', schema, table }) as const);
      await handover.store({ events, offsets: [], bytes: 0 }, NOTHING_DONE);
    }
  }

  /**
   * Hands a record of each table over, in one transaction with the batch that comes next; rejects when the catalog could not be
   * asked, and nothing of it comes then.
   */
  async tell({ session, tables, handover, from }: SchemaSource): Promise<void> {
    let told = 0;
    try {
      for await (const { definitions, bytes } of tableDefinitions(session, tables)) {
        const events = definitions.map((table) =>
          this.#records.definition(table, { database: this.#database, lsn: from }),
        );
        await handover.emit({ events, offsets: [], bytes, continues: true }, NOTHING_DONE);
        told += definitions.length;
        this.#facts.schemaPhase({ tables: tables.length, topics: tables.length, definitions: told });
      }
    } catch (error) {
      // A task that is over cannot hand this over, and need not.
      if (told > 0) handover.emit(DROPPED, NOTHING_DONE)?.catch(() => undefined);
      throw error;
    }
    this.#log.info({ tables: told, from: formatLsn(from) }, 'handed over the definitions of the tables');
  }
}

export interface SchemaPhaseHost {
  readonly facts: Pick<SourceFacts, 'schemaPhase'>;
  readonly log: TaskLog;
}

const NOTHING_DONE: Lsn = 0n;
const DROPPED: ChangeBatch = { events: [], offsets: [], bytes: 0, transaction: 'abort' };

/** The captured tables that it tells of: all but the one that signals are written to. */
export function describedTables(
  captured: readonly CatalogTable[],
  { viaRoot }: Pick<Publication, 'viaRoot'>,
  { signalTable }: Pick<SourceConfig, 'signalTable'>,
): CatalogTable[] {
  return publishedForms(captured, viaRoot).filter(({ schema, table }) => signalTable?.is(schema, table) !== true);
}
