import pg from 'pg';
import { z } from 'zod';
import type { OpenChunk } from '../../snapshot/snapshot-ledger.ts';
import type { SettledChunk } from '../../snapshot/snapshot-records.ts';
import type { ChangeBatch } from '../../change-batch.ts';
import type { RowChange } from '../../change-event.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import { readCopyRow } from '../decoder/copy-row.ts';
import { FieldArena } from '../decoder/field-arena.ts';
import type { SelectOverrides } from '../select-overrides.ts';
import { copyOut } from '../wire/copy-out.ts';
import { chunkCondition } from './chunk-condition.ts';
import { isKept } from './kept-table.ts';
import { named, ownCopy, ownQuery } from './own-query.ts';
import type { PublishedParts } from './published-part.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';
import type { RowGroup, SnapshotRows } from './snapshot-rows.ts';
import { tableReading } from './snapshot-table.ts';
import { inTime, LOCK_TIMEOUT, withTableLock, withTableLocks } from './table-lock.ts';

export interface ChunkReaderParts {
  /** For questions to the catalog of now, which the snapshot cannot see. */
  readonly catalogSession: Session;
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
  readonly rows: SnapshotRows;
  readonly queries: SelectOverrides;
  /** Hands a part of a chunk over; a promise: go on when it settles. */
  readonly emit: (batch: ChangeBatch) => Promise<void> | undefined;
  /** Whether a chunk is still to be read: its table may have been planned anew meanwhile. */
  readonly isWanted: (open: OpenChunk) => boolean;
  /** The offset that is stored with the last part. */
  readonly offsetOf: (chunk: SettledChunk) => ChangeBatch['offsets'][number];
  readonly log: TaskLog;
}

const EVENT_BYTES = 200;
/** Below this nothing is handed over before the chunk is read: chunks of small tables then share a transaction. */
const PART_BYTES = 256 * 1024;

/** Of tables that are read together. */
const DEFERRED_BYTES = 8 * 1024 * 1024;

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

/** Reads chunks of tables by a snapshot that is held, and hands each over as one unit with the offset that says so. */
export class ChunkReader {
  readonly #parts: ChunkReaderParts;
  readonly #arena = new FieldArena();
  #waiting: RowChange[] = [];
  #waitingBytes = 0;
  /** A part of the chunk was handed over, and the rest is to follow. */
  #isOpen = false;
  /** What is handed over once the locks are given back; undefined: at once. */
  #deferred: ChangeBatch[] | undefined;
  #deferredBytes = 0;
  /** What was really handed over last is to be followed by more. */
  #isSentOpen = false;

  constructor(parts: ChunkReaderParts) {
    this.#parts = parts;
  }

  /** Reads one chunk of a table. False: nobody wants it any more. Then, and when it fails, nothing of it is kept. */
  read(holder: SnapshotHolder, open: OpenChunk, table: CatalogTable | undefined): Promise<boolean> {
    return this.#hand(open, () =>
      table === undefined ? Promise.resolve('nothing') : this.#readAlone(holder.session, open, table),
    );
  }

  /**
   * Reads tables that are one small chunk each, under one lock and with one look at the catalog for all of them: for those that
   * takes longer than the reading. Answers the chunks that were wanted; undefined: they cannot be locked together, and none was read.
   */
  async readTogether(holder: SnapshotHolder, smalls: readonly SmallTable[]): Promise<OpenChunk[] | undefined> {
    const { session } = holder;
    const tables = smalls.map(({ table }) => table);
    const read = await this.#deferring(() => withTableLocks(session, tables, () => this.#readSmall(session, smalls)));
    if (read === undefined) return undefined;
    this.#parts.log.info({ tables: smalls.length, rows: read.rows }, 'read small tables of the snapshot');
    return read.chunks;
  }

  async #readSmall(
    session: Session,
    smalls: readonly SmallTable[],
  ): Promise<{ readonly chunks: OpenChunk[]; readonly rows: number }> {
    const oids = smalls.map(({ table }) => table.oid);
    await this.#look(oids);
    const found = z.array(oidRow).parse(await session.query(ARE_KEPT, [oids.map(String)]));
    const kept = new Set(found.map(({ oid }) => oid));
    const chunks: OpenChunk[] = [];
    let rows = 0;
    for (const { open, table } of smalls) {
      const isKept = (): Promise<boolean> => Promise.resolve(kept.has(table.oid));
      const outcome = async (): Promise<Outcome> => {
        const result = await this.#readLocked(session, { open, table, isKept });
        if (result === 'read') rows += this.#parts.rows.count;
        return result;
      };
      if (await this.#hand(open, outcome)) chunks.push(open);
    }
    return { chunks, rows };
  }

  /**
   * Reads the catalog of now about tables that are locked. Printing a default takes a lock of its own, which waits for an ALTER TABLE
   * that waits for the one held here: no end to that, and none that the server could see, for the two sessions are strangers to it.
   */
  async #look(oids: readonly number[]): Promise<void> {
    const { catalogSession, catalog } = this.#parts;
    await catalogSession.query(`SET lock_timeout = ${CATALOG_LOCK_MS}`);
    try {
      await inTime(catalog.refreshAll(catalogSession, oids));
    } finally {
      await catalogSession.query('RESET lock_timeout');
    }
  }

  /** So many locks must not wait for Kafka: what is read under them is handed over afterwards. */
  async #deferring<T>(work: () => Promise<T>): Promise<T> {
    this.#deferred = [];
    this.#deferredBytes = 0;
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#deferred = undefined;
      if (this.#isSentOpen) this.#abort();
      throw error;
    }
    const deferred = this.#deferred;
    this.#deferred = undefined;
    for (const batch of deferred) await this.#send(batch);
    return result;
  }

  #emit(batch: ChangeBatch): Promise<void> | undefined {
    const deferred = this.#deferred;
    if (deferred === undefined) return this.#send(batch);
    this.#deferredBytes += batch.bytes;
    deferred.push(batch);
    return this.#deferredBytes > DEFERRED_BYTES ? this.#flush(deferred) : undefined;
  }

  /** Small tables that were not small after all. */
  async #flush(deferred: ChangeBatch[]): Promise<void> {
    this.#deferredBytes = 0;
    for (const batch of deferred.splice(0)) await this.#send(batch);
  }

  #send(batch: ChangeBatch): Promise<void> | undefined {
    this.#isSentOpen = batch.continues === true;
    return this.#parts.emit(batch);
  }

  #abort(): void {
    // A task that is over cannot hand this over, and need not.
    this.#emit({ events: [], offsets: [], bytes: 0, transaction: 'abort' })?.catch(() => undefined);
  }

  async #hand(open: OpenChunk, readTable: () => Promise<Outcome>): Promise<boolean> {
    const { plan, chunk } = open;
    try {
      const outcome = await readTable();
      const settled: SettledChunk = {
        table: plan.table,
        version: plan.version,
        chunk,
        epoch: plan.epoch,
        rows: outcome === 'read' ? this.#parts.rows.count : 0,
        unseen: outcome === 'unseen',
      };
      const isWanted = this.#parts.isWanted(open);
      if (isWanted) await this.#close(settled, outcome === 'read');
      else this.#drop();
      return isWanted;
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  async #readAlone(session: Session, open: OpenChunk, table: CatalogTable): Promise<Outcome> {
    const { log } = this.#parts;
    const name = `${table.schema}.${table.table}`;
    const read = async (): Promise<Outcome> => {
      // Nobody can alter the table while it is locked: what the catalog of now says is what COPY will give.
      await this.#look([table.oid]);
      const outcome = await this.#readLocked(session, { open, table, isKept: () => isKept(session, table.oid) });
      if (outcome === 'read') this.#tell(open, name);
      return outcome;
    };
    const outcome = await withTableLock(session, table, read, (waited) => log.warn({ table: waited }, LOCK_TIMEOUT));
    if (outcome !== undefined) return outcome;
    log.warn({ table: name }, 'the table was dropped before the snapshot came to it');
    return 'nothing';
  }

  /** `isKept`: whether the snapshot still sees the table. */
  async #readLocked(
    session: Session,
    { open, table, isKept }: SmallTable & { readonly isKept: () => Promise<boolean> },
  ): Promise<Outcome> {
    const { catalog, queries, log } = this.#parts;
    const current = catalog.table(table.oid);
    if (current === undefined) {
      const name = `${table.schema}.${table.table}`;
      log.info({ table: name }, 'the table was made anew since the snapshot; all its rows come as changes');
      return 'nothing';
    }
    const hasKey = open.plan.key.every((column) => current.columns.some((known) => known.name === column));
    // Planned by a configuration that had a query for it, or none.
    const isQuery = ownQuery(queries, table) !== undefined;
    if (!hasKey || isQuery !== (open.plan.split === 'query') || !(await isKept())) return 'unseen';
    await this.#copy(session, open, current);
    return 'read';
  }

  #tell({ plan, chunk }: OpenChunk, table: string): void {
    const { rows, log } = this.#parts;
    const chunks = plan.boundaries.length + 1;
    if (chunks === 1) log.info({ table, rows: rows.count }, 'read a table of the snapshot');
    else log.info({ table, rows: rows.count, chunk: chunk + 1, chunks }, 'read a chunk of the snapshot');
  }

  async #copy(session: Session, { plan, chunk }: OpenChunk, table: CatalogTable): Promise<void> {
    const { catalog, rules, parts, rows, queries } = this.#parts;
    const { types } = catalog.types;
    const reading = tableReading({ table, types, parts }, rules);
    const width = reading.schema.columns.length;
    const typeOf = (column: string): string => {
      const type = types.get(table.columns.find(({ name }) => name === column)?.typeOid ?? 0);
      return `pg_catalog.${pg.escapeIdentifier(type?.name ?? 'text')}`;
    };
    rows.begin({ table: reading.schema, timeMicros: BigInt(Date.now()) * 1000n, ...marksOf({ plan, chunk }) });
    const name = `${table.schema}.${table.table}`;
    const query = ownQuery(queries, table);
    const statement =
      query === undefined
        ? reading.copy(chunkCondition(plan, chunk, typeOf))
        : await ownCopy(session, { query, table, schema: reading.schema, types });
    const copy = copyOut(session, statement, {
      row: (line) => {
        const base = this.#arena.reserve(2 * width);
        const { fields } = this.#arena;
        readCopyRow(line, fields, { base, width });
        rows.add({ bytes: line.bytes, fields, at: base });
      },
      chunkEnd: (bytes) => this.#part(bytes),
    });
    await (query === undefined ? copy : named(name, () => copy));
  }

  #part(bytes: number): Promise<void> | undefined {
    const { rows } = this.#parts;
    this.#waiting.push(...rows.take());
    this.#waitingBytes += bytes;
    if (this.#waitingBytes < PART_BYTES || this.#waiting.length === 0) return undefined;
    this.#isOpen = true;
    return this.#emit({ ...this.#taken(), offsets: [], continues: true });
  }

  async #close(settled: SettledChunk, hasRows: boolean): Promise<void> {
    const { rows, offsetOf } = this.#parts;
    if (hasRows) this.#waiting.push(...rows.take(true));
    this.#isOpen = false;
    await this.#emit({ ...this.#taken(), offsets: [offsetOf(settled)] });
  }

  #taken(): Pick<ChangeBatch, 'events' | 'bytes'> {
    const events = this.#waiting;
    const bytes = this.#waitingBytes + events.length * EVENT_BYTES;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return { events, bytes };
  }

  /** What was handed over of a chunk that broke off must not be committed with the one that is read in its place. */
  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#abort();
  }
}

/** What the first and the last row of a chunk are the first and last of. */
function marksOf({ plan, chunk }: OpenChunk): Pick<RowGroup, 'first' | 'last'> {
  const isFirst = chunk === 0;
  const isLast = chunk === plan.boundaries.length;
  return {
    first: !isFirst ? null : plan.first ? 'all' : 'table',
    last: !isLast ? null : plan.last ? 'all' : 'table',
  };
}
