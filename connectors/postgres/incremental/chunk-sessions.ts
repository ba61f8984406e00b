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
import type { PreparationParts } from './prepared-table.ts';
import type { StreamFacts } from './stream-facts.ts';

const text = z.array(z.object({ text: z.string() }));

/** The sessions that an incremental snapshot reads with: in some chunks are read, each with its snapshot; one sees the catalog of now. */
export class ChunkSessions {
  readonly #config: SourceConfig;
  readonly #rules: PlanRules;
  readonly #stream: StreamFacts;
  readonly #readers: readonly Session[];
  readonly #session: Session;
  readonly #catalog: Catalog;
  #parts: PreparationParts | undefined;
  /** The last question to the catalog: `pg` takes one at a time. */
  #asked: Promise<unknown> = Promise.resolve();

  private constructor(
    { config, rules, stream }: { config: SourceConfig; rules: PlanRules; stream: StreamFacts },
    sessions: { readers: readonly Session[]; session: Session },
  ) {
    this.#config = config;
    this.#rules = rules;
    this.#stream = stream;
    this.#readers = sessions.readers;
    this.#session = sessions.session;
    this.#catalog = new Catalog(new CaptureFilter(config), config.typeAliases);
  }

  static async open(
    opener: SessionOpener,
    parts: { config: SourceConfig; rules: PlanRules; stream: StreamFacts },
  ): Promise<ChunkSessions> {
    const { snapshotLockTimeoutMs, snapshotThreads } = parts.config;
    const opened: Session[] = [];
    try {
      const session = await opener.sql();
      opened.push(session);
      for (let reader = 0; reader < snapshotThreads; reader += 1)
        opened.push(await opener.sql({ lock_timeout: String(snapshotLockTimeoutMs) }));
      return new ChunkSessions(parts, { readers: opened.slice(1), session });
    } catch (error) {
      for (const session of opened) await session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers, this.#session].map((session) => session.close()));
  }

  /** The captured tables of now, in the form in which they are published. */
  async tables(): Promise<CatalogTable[]> {
    const parts = await this.look();
    return publishedForms(parts.catalog.tables, this.#stream.viaRoot);
  }

  /** What tables are looked up with; asks the catalog about all of them. */
  async look(): Promise<PreparationParts> {
    await this.#catalog.load(this.#session);
    this.#parts = {
      session: this.#session,
      catalog: this.#catalog,
      rules: this.#rules,
      parts: await readPublishedParts(this.#session, this.#config.publicationName, this.#stream.version),
    };
    return this.#parts;
  }

  /** The same as they were looked up last. */
  async parts(): Promise<PreparationParts> {
    return this.#parts ?? (await this.look());
  }

  /** What chunks are read with, one for each that may be read at the same time. */
  get readers(): ChunkReadingParts[] {
    const session = { query: (text: string, values?: readonly unknown[]) => this.#ask(text, values) };
    const { isStandby } = this.#stream;
    return this.#readers.map((reader) => ({ reader, session, catalog: this.#catalog, isStandby }));
  }

  /** A transaction id later than all that were given out before; also makes the server write its log out to its end, soon. */
  async nextXid(): Promise<bigint> {
    return BigInt(await this.#one('SELECT pg_catalog.txid_current()::text AS text'));
  }

  /** Transactions older than the given one that have not ended. */
  async openBefore(xid: bigint): Promise<bigint[]> {
    const visibility = parseVisibility(await this.#one('SELECT pg_catalog.txid_current_snapshot()::text AS text'));
    return [...(visibility?.running ?? [])].filter((running) => running < xid);
  }

  async #one(query: string): Promise<string> {
    const [row] = text.parse(await this.#ask(query));
    return row?.text ?? '';
  }

  #ask(query: string, values?: readonly unknown[]): ReturnType<Session['query']> {
    const answer = this.#asked.then(() => this.#session.query(query, values));
    this.#asked = answer.catch(() => undefined);
    return answer;
  }
}
