import { z } from 'zod';
import type { OpenChunk } from '../../snapshot/snapshot-ledger.ts';
import { settlement, type SettledChunk } from '../../snapshot/snapshot-records.ts';
import type { ChangeBatch } from '../../change-batch.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';
import { ChunkCopy, type ChunkCopyParts } from './chunk-copy.ts';
import { ChunkOutbox } from './chunk-outbox.ts';
import { isKept } from './kept-table.ts';
import { ownQuery } from './own-query.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';
import { inTime, LOCK_TIMEOUT, withTableLock, withTableLocks } from './table-lock.ts';

export interface ChunkReaderParts extends Omit<ChunkCopyParts, 'add'> {
  /** For questions to the catalog of now, which the snapshot cannot see. */
  readonly catalogSession: Session;
  /** Hands a part of a chunk over; a promise: go on when it settles. */
  readonly emit: (batch: ChangeBatch) => Promise<void> | undefined;
  /** Whether a chunk is still to be read: its table may have been planned anew meanwhile. */
  readonly isWanted: (open: OpenChunk) => boolean;
  /** The offset that is stored with the last rows of a chunk, or of a part of it. */
  readonly offsetOf: (chunk: SettledChunk) => ChangeBatch['offsets'][number];
  readonly log: TaskLog;
}

/** Then the lock is given back and asked for again, behind the ALTER TABLE. */
const CATALOG_LOCK_MS = 1000;

const oidRow = z.object({ oid: z.number() });

// The same for tables that are not partitioned.
const ARE_KEPT = `
SELECT c.oid::int8::float8 AS oid FROM pg_catalog.pg_class c
WHERE c.oid = ANY ($1::text[]::oid[]) AND c.relfilenode = coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)`;

/** A table that is one chunk. */
export interface SmallTable {
  readonly open: OpenChunk;
  readonly table: CatalogTable;
}

type Outcome = 'read' | 'unseen' | 'nothing';

/**
 * Reads chunks of tables by a snapshot that is held, and hands each over as one unit with the offset that says so, or as several
 * that say how far they reach. `onHanded` is told of each, since what is stored comes to be known only later.
 */
export class ChunkReader {
  readonly #parts: ChunkReaderParts;
  readonly #onHanded: (open: OpenChunk, settled: SettledChunk) => void;
  readonly #outbox: ChunkOutbox;
  readonly #copy: ChunkCopy;
  /** Rows of the chunk being read that were handed over with an offset. */
  #handedRows = 0;

  constructor(parts: ChunkReaderParts, onHanded: (open: OpenChunk, settled: SettledChunk) => void) {
    this.#parts = parts;
    this.#onHanded = onHanded;
    this.#outbox = new ChunkOutbox(parts.emit);
    this.#copy = new ChunkCopy({ ...parts, add: (rows, bytes) => this.#outbox.add(rows, bytes) });
  }

  /** Rows of the chunk being read that no offset covers yet. */
  get pendingRows(): number {
    return this.#parts.rows.count - this.#handedRows;
  }

  /** Reads one chunk of a table, as long as somebody wants it. When it fails, nothing is kept of what no offset covers. */
  read(holder: SnapshotHolder, open: OpenChunk, table: CatalogTable | undefined): Promise<boolean> {
    return this.#hand(open, () =>
      table === undefined ? Promise.resolve('nothing') : this.#readAlone(holder.session, open, table),
    );
  }

  /**
   * Reads tables that are one small chunk each, under one lock and with one look at the catalog for all of them: for those that
   * takes longer than the reading. False: they cannot be locked together, and none was read.
   */
  async readTogether(holder: SnapshotHolder, smalls: readonly SmallTable[]): Promise<boolean> {
    const { session } = holder;
    const tables = smalls.map(({ table }) => table);
    // So many locks must not wait for Kafka.
    const rows = await this.#outbox.deferring(() =>
      withTableLocks(session, tables, () => this.#readSmall(session, smalls)),
    );
    if (rows === undefined) return false;
    this.#parts.log.info({ tables: smalls.length, rows }, 'read small tables of the snapshot');
    return true;
  }

  async #readSmall(session: Session, smalls: readonly SmallTable[]): Promise<number> {
    const oids = smalls.map(({ table }) => table.oid);
    await this.#look(oids);
    const found = z.array(oidRow).parse(await session.query(ARE_KEPT, [oids.map(String)]));
    const kept = new Set(found.map(({ oid }) => oid));
    const readable: { open: OpenChunk; table: CatalogTable }[] = [];
    for (const { open, table } of smalls) {
      const current = this.#readable(open, table);
      if (typeof current !== 'string' && kept.has(table.oid)) readable.push({ open, table: current });
      else await this.#hand(open, () => Promise.resolve(typeof current === 'string' ? current : 'unseen'));
    }
    let count = 0;
    await this.#copy.readSmall(session, readable, (open, rows, bytes) => {
      if (!this.#parts.isWanted(open)) return undefined;
      count += rows.length;
      return this.#close(open, settlement(open, { rows: rows.length, unseen: false, upTo: null }), { rows, bytes });
    });
    return count;
  }

  /**
   * Reads the catalog of now about tables that are locked. Printing a default takes a lock of its own, which waits for an ALTER TABLE
   * that waits for the one held here: no end to that, and none that the server could see, for the two sessions are strangers to it.
   */
  async #look(oids: readonly number[]): Promise<void> {
    const { catalogSession, catalog } = this.#parts;
    await catalogSession.query(`SET lock_timeout = ${CATALOG_LOCK_MS}`);
    try {
      await inTime(catalog.refreshChanged(catalogSession, oids));
    } finally {
      await catalogSession.query('RESET lock_timeout');
    }
  }

  async #hand(open: OpenChunk, readTable: () => Promise<Outcome>): Promise<boolean> {
    const { rows, isWanted } = this.#parts;
    this.#handedRows = 0;
    try {
      const outcome = await readTable();
      const isRead = outcome === 'read';
      const isStillWanted = isWanted(open);
      if (isStillWanted) {
        const settled = settlement(open, { rows: isRead ? rows.count : 0, unseen: outcome === 'unseen', upTo: null });
        await this.#close(open, settled, { rows: isRead ? rows.take(true) : [], bytes: 0 });
      } else this.#outbox.drop();
      return isStillWanted;
    } catch (error) {
      this.#outbox.drop();
      throw error;
    } finally {
      this.#handedRows = rows.count;
    }
  }

  async #readAlone(session: Session, open: OpenChunk, table: CatalogTable): Promise<Outcome> {
    const { log } = this.#parts;
    const name = `${table.schema}.${table.table}`;
    const read = async (): Promise<Outcome> => {
      // Nobody can alter the table while it is locked: what the catalog of now says is what COPY will give.
      await this.#look([table.oid]);
      const outcome = await this.#readLocked(session, { open, table });
      if (outcome === 'read') this.#tell(open, name);
      return outcome;
    };
    const outcome = await withTableLock(session, table, read, (waited) => log.warn({ table: waited }, LOCK_TIMEOUT));
    if (outcome !== undefined) return outcome;
    log.warn({ table: name }, 'the table was dropped before the snapshot came to it');
    return 'nothing';
  }

  async #readLocked(session: Session, { open, table }: SmallTable): Promise<Outcome> {
    const current = this.#readable(open, table);
    if (typeof current === 'string') return current;
    if (!(await isKept(session, table))) return 'unseen';
    await this.#copy.read(session, { open, table: current }, (rows, bytes, upTo) =>
      this.#part(open, { rows, bytes, upTo }),
    );
    return 'read';
  }

  /** The table as it is now, if its rows can be read as they were planned to be; whether the snapshot sees it is another question. */
  #readable(open: OpenChunk, table: CatalogTable): CatalogTable | 'nothing' | 'unseen' {
    const { catalog, queries, log } = this.#parts;
    const current = catalog.table(table.oid);
    if (current === undefined) {
      const name = `${table.schema}.${table.table}`;
      log.info({ table: name }, 'the table was made anew since the snapshot; all its rows come as changes');
      return 'nothing';
    }
    const hasKey = open.plan.key.every((column) => current.columns.some((known) => known.name === column));
    // Planned by a configuration that had a query for it, or none.
    const isQuery = open.plan.query !== null || ownQuery(queries, table) !== undefined;
    return hasKey && isQuery === (open.plan.split === 'query') ? current : 'unseen';
  }

  /** The chunk is read up to here; what was handed over of it is committed. */
  #part(
    open: OpenChunk,
    { rows, bytes, upTo }: { rows: Parameters<ChunkOutbox['add']>[0]; bytes: number; upTo: readonly string[] },
  ): Promise<void> | undefined {
    const { isWanted, log } = this.#parts;
    if (!isWanted(open)) return this.#outbox.add(rows, bytes);
    this.#handedRows = this.#parts.rows.released;
    const settled = settlement(open, { rows: this.#handedRows, unseen: false, upTo });
    log.debug({ table: open.plan.table, chunk: open.chunk, upTo, rows: settled.rows }, 'read a part of a chunk');
    return this.#close(open, settled, { rows, bytes });
  }

  #close(open: OpenChunk, settled: SettledChunk, read: Parameters<ChunkOutbox['close']>[0]): Promise<void> | undefined {
    return this.#outbox.close(read, this.#parts.offsetOf(settled), () => this.#onHanded(open, settled));
  }

  #tell({ plan, chunk }: OpenChunk, table: string): void {
    const { rows, log } = this.#parts;
    const chunks = plan.boundaries.length + 1;
    if (chunks === 1) log.info({ table, rows: rows.count }, 'read a table of the snapshot');
    else log.info({ table, rows: rows.count, chunk: chunk + 1, chunks }, 'read a chunk of the snapshot');
  }
}
