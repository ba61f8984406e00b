import { z } from 'zod';
import { CaptureFilter } from '../capture-filter.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import { publishedForms } from '../setup/publication.ts';
import { readPublishedParts } from '../snapshot/published-part.ts';
import { parseVisibility } from '../snapshot/visibility.ts';
import type { SourceConfig } from '../source-config.ts';
import type { ChunkReadingParts } from './chunk-reading.ts';
import type { StreamFacts } from './stream-facts.ts';

const text = z.array(z.object({ text: z.string() }));

/** The two sessions that an incremental snapshot reads with: one sees the chunk's snapshot, the other the catalog of now. */
export class ChunkSessions {
  readonly #config: SourceConfig;
  readonly #rules: PlanRules;
  readonly #stream: StreamFacts;
  readonly #reader: Session;
  readonly #session: Session;
  readonly #catalog: Catalog;
  #parts: ChunkReadingParts | undefined;

  private constructor(
    { config, rules, stream }: { config: SourceConfig; rules: PlanRules; stream: StreamFacts },
    sessions: { reader: Session; session: Session },
  ) {
    this.#config = config;
    this.#rules = rules;
    this.#stream = stream;
    this.#reader = sessions.reader;
    this.#session = sessions.session;
    this.#catalog = new Catalog(new CaptureFilter(config));
  }

  static async open(
    opener: SessionOpener,
    parts: { config: SourceConfig; rules: PlanRules; stream: StreamFacts },
  ): Promise<ChunkSessions> {
    const reader = await opener.sql({ lock_timeout: String(parts.config.snapshotLockTimeoutMs) });
    try {
      return new ChunkSessions(parts, { reader, session: await opener.sql() });
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#session.close()]);
  }

  /** The captured tables of now, in the form in which they are published. */
  async tables(): Promise<CatalogTable[]> {
    const parts = await this.look();
    return publishedForms(parts.catalog.tables, this.#stream.viaRoot);
  }

  /** What chunks are read with; asks the catalog about all tables. */
  async look(): Promise<ChunkReadingParts> {
    await this.#catalog.load(this.#session);
    this.#parts = {
      reader: this.#reader,
      session: this.#session,
      catalog: this.#catalog,
      rules: this.#rules,
      parts: await readPublishedParts(this.#session, this.#config.publicationName, this.#stream.version),
      isStandby: this.#stream.isStandby,
    };
    return this.#parts;
  }

  /** The same as they were looked up last. */
  async parts(): Promise<ChunkReadingParts> {
    return this.#parts ?? (await this.look());
  }

  /** A transaction id later than all that were given out before; also makes the server write its log out to its end, soon. */
  async nextXid(): Promise<bigint> {
    return BigInt(await this.#one('SELECT pg_catalog.pg_current_xact_id()::text AS text'));
  }

  /** Transactions older than the given one that have not ended. */
  async openBefore(xid: bigint): Promise<bigint[]> {
    const visibility = parseVisibility(await this.#one('SELECT pg_catalog.pg_current_snapshot()::text AS text'));
    return [...(visibility?.running ?? [])].filter((running) => running < xid);
  }

  async #one(query: string): Promise<string> {
    const [row] = text.parse(await this.#session.query(query));
    return row?.text ?? '';
  }
}
