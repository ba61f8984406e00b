import pg from 'pg';
import { z } from 'zod';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { RowImage } from '../../row-image.ts';
import type { Session } from '../connection/session.ts';
import { readCopyRow } from '../decoder/copy-row.ts';
import { FieldArena } from '../decoder/field-arena.ts';
import { parseLsn, type Lsn } from '../lsn.ts';
import { errorText } from '../pg-errors.ts';
import { isKept } from '../snapshot/kept-table.ts';
import { withTableLock } from '../snapshot/table-lock.ts';
import { copyOut } from '../wire/copy-out.ts';
import { chunkCopy, endQuery, maximumQuery, type ChunkQuery } from './chunk-query.ts';
import type { ChunkWindow } from './chunk-window.ts';
import { isAsPrepared, type PreparationParts, type PreparedTable } from './prepared-table.ts';
import { RowKey } from './row-key.ts';
import { primarySight, standbySight, type Sight } from './sight.ts';
import type { CurrentTable } from './snapshot-queue.ts';

export interface ChunkReadingParts extends Pick<PreparationParts, 'catalog'> {
  /** In which the chunk is read; nobody else uses it meanwhile. */
  readonly reader: Session;
  /** For questions to the catalog of now. */
  readonly session: Pick<Session, 'query'>;
  readonly isStandby: boolean;
}

export interface ChunkWanted {
  readonly prepared: PreparedTable;
  readonly current: CurrentTable;
  /** At most so many rows, and about so many bytes. */
  readonly rows: number;
  readonly bytes: number;
  /** Told what the chunk's snapshot sees, before anything is read. */
  readonly onSight: (sight: Sight) => void;
  /** Told the key that the chunk ends at before it is read, unless there is nothing behind it; undefined: nobody wants to know. */
  readonly onEnd: ((key: readonly string[]) => void) | undefined;
}

/** What came of reading a chunk. */
export type ChunkOutcome =
  | {
      readonly kind: 'read';
      /** Rows up to this key are in the chunk; null: there were none. */
      readonly last: readonly string[] | null;
      readonly rows: number;
      readonly bytes: number;
      /** Up to where the table is to be read; null: it is empty. */
      readonly maximum: readonly string[] | null;
      /** There is nothing behind this chunk. */
      readonly isLast: boolean;
      /** The stream has to come this far before the rows may follow. */
      readonly horizon: Lsn;
    }
  /** To be read anew: with a later snapshot, or after looking the table up again. */
  | { readonly kind: 'again'; readonly reason: string; readonly altered: boolean }
  | { readonly kind: 'failed'; readonly status: 'UNKNOWN_SCHEMA' | 'SQL_EXCEPTION'; readonly reason: string };

const ROW_BYTES = 100;
const text = z.array(z.object({ text: z.string() }));

const REPLAYED = 'SELECT pg_catalog.pg_last_wal_replay_lsn()::text AS text';
const SNAPSHOT = 'SELECT pg_catalog.txid_current_snapshot()::text AS text';
const HORIZON = `
SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
             ELSE pg_catalog.pg_current_wal_insert_lsn() END)::text AS text`;

/** Reads one chunk into its window, in a transaction whose first statement says what it sees (algorithms, 8). */
export async function readChunk(
  parts: ChunkReadingParts,
  window: ChunkWindow,
  wanted: ChunkWanted,
): Promise<ChunkOutcome> {
  const { reader, isStandby } = parts;
  try {
    const replayed = isStandby ? parseLsn(await one(reader, REPLAYED)) : undefined;
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const snapshot = await one(reader, SNAPSHOT);
    wanted.onSight(replayed === undefined ? primarySight(snapshot) : standbySight(replayed));
    if (window.broken !== undefined) {
      await reader.query('ROLLBACK');
      return { kind: 'again', reason: window.broken, altered: false };
    }
    const outcome = await withTableLock(reader, wanted.prepared.table, () => readLocked(parts, window, wanted));
    if (outcome?.kind !== 'read') {
      await reader.query('ROLLBACK');
      return outcome ?? { kind: 'failed', status: 'UNKNOWN_SCHEMA', reason: 'the table was dropped' };
    }
    const horizon = parseLsn(await one(reader, HORIZON));
    await reader.query('COMMIT');
    return { ...outcome, horizon };
  } catch (error) {
    return failureOf(error, reader);
  }
}

async function readLocked(parts: ChunkReadingParts, window: ChunkWindow, wanted: ChunkWanted): Promise<ChunkOutcome> {
  const { reader, catalog } = parts;
  const { prepared, current } = wanted;
  const { table, reading, key } = prepared;
  if (!(await isAsPrepared(parts.session, prepared)))
    return { kind: 'again', reason: 'the table was altered', altered: true };
  if (!(await isKept(reader, table)))
    return { kind: 'again', reason: 'the table was truncated or rewritten', altered: false };
  const query = { table, types: catalog.types.types, reading, order: key.order, condition: current.table.condition };
  const maximum = current.maximum ?? (await keyOf(reader, query, maximumQuery(query)));
  const nothing = { kind: 'read', last: null, rows: 0, bytes: 0, maximum, isLast: true, horizon: 0n } as const;
  return maximum === null ? nothing : { ...nothing, ...(await copyRows(parts, window, { ...wanted, query, maximum })) };
}

interface Copied {
  readonly last: readonly string[] | null;
  readonly rows: number;
  readonly bytes: number;
  readonly isLast: boolean;
}

async function copyRows(
  { reader }: ChunkReadingParts,
  window: ChunkWindow,
  wanted: ChunkWanted & { readonly query: ChunkQuery; readonly maximum: readonly string[] },
): Promise<Copied> {
  const { query, maximum, current, prepared, onEnd } = wanted;
  const range = { last: current.last, maximum, rows: wanted.rows };
  const end = onEnd === undefined ? null : await keyOf(reader, query, endQuery(query, range));
  if (end !== null) onEnd?.(end);
  const { schema } = prepared.reading;
  const width = schema.columns.length;
  const arena = new FieldArena();
  const identity = new RowKey(prepared.key.identity);
  const taken: { newest: RowImage | undefined; rows: number; bytes: number; isCut: boolean } = {
    newest: undefined,
    rows: 0,
    bytes: 0,
    isCut: false,
  };
  await copyOut(reader, chunkCopy(query, end === null ? range : { ...range, maximum: end }), {
    row: (line) => {
      // What does not fit is read with the next chunk; one row is taken, however large.
      taken.isCut ||= taken.rows > 0 && taken.bytes >= wanted.bytes;
      if (taken.isCut) return;
      const base = arena.reserve(2 * width);
      const { fields } = arena;
      readCopyRow(line, fields, { base, width });
      const row = { bytes: line.bytes, fields, at: base };
      const key = identity.of(schema, row);
      if (key === undefined) throw new RangeError('a row without a key');
      window.add(key, row);
      taken.newest = row;
      taken.rows += 1;
      taken.bytes += ROW_BYTES + line.end - line.start;
    },
    chunkEnd: () => undefined,
  });
  const { newest, rows, bytes, isCut } = taken;
  const last = newest === undefined ? null : (new RowKey(prepared.key.order).values(schema, newest) ?? null);
  return { last, rows, bytes, isLast: !isCut && rows < wanted.rows };
}

/** The key that a query gives; null: none. */
async function keyOf(session: Session, { order }: ChunkQuery, query: string): Promise<readonly string[] | null> {
  const [row] = await session.query(query);
  return row === undefined ? null : order.map((_, index) => String(row[`k${index}`]));
}

/** States after which another try may succeed: locks that come late, conflicts with recovery, statements that were cancelled. */
const PASSING = ['55P03', '40001', '40P01', '57014'];

/** Throws what is about the connection; everything else is about this table. */
async function failureOf(error: unknown, session: Session): Promise<ChunkOutcome> {
  const isOfTable =
    (error instanceof pg.DatabaseError && !/^(?:08|53|57P|58|XX)/.test(error.code ?? '')) ||
    error instanceof ConnectorError ||
    error instanceof RangeError;
  if (!isOfTable) throw error;
  await session.query('ROLLBACK');
  const reason = errorText(error);
  if (error instanceof pg.DatabaseError && PASSING.includes(error.code ?? ''))
    return { kind: 'again', reason, altered: false };
  return { kind: 'failed', status: 'SQL_EXCEPTION', reason };
}

async function one(session: Session, query: string): Promise<string> {
  const [row] = text.parse(await session.query(query));
  if (row === undefined) throw new Error('the server answered with no row');
  return row.text;
}
