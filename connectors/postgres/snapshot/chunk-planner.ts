import pg from 'pg';
import { z } from 'zod';
import type { TablePlan } from '../../snapshot/snapshot-records.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { partitionTree } from '../catalog/partition-tree.ts';
import type { PgTypes } from '../catalog/pg-type.ts';
import type { Session } from '../connection/session.ts';
import { BLOCK_BYTES, chunkCount, fitting, SMALL_BYTES } from './plan-size.ts';
import { whereOf } from './snapshot-table.ts';
import { withTableLock } from './table-lock.ts';

/** What a table's rows are read from, and how it is split. */
export interface PlannedTable {
  readonly table: CatalogTable;
  readonly from: string;
  readonly filter: string | null;
  /** It is a query of the operator's, which is not split. */
  readonly isQuery: boolean;
}

export interface SplitRules {
  /** What the table takes in the server, and what a chunk of it is to. */
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly types: PgTypes;
  /** Told of each try in vain to lock a table. */
  readonly onLockTimeout: (table: string) => void;
}

export type TableSplit = Pick<TablePlan, 'split' | 'key' | 'bytewise' | 'boundaries'>;

/** Types that the server compares in an order of their own values and that come back from text as they were. */
const ORDERED = new Set([
  ...['int2', 'int4', 'int8', 'oid', 'numeric', 'uuid', 'text', 'varchar', 'bpchar'],
  ...['date', 'timestamp', 'timestamptz'],
]);
/** Blocks that are looked at for one boundary: rows of one block lie together in many tables, so that a few blocks say little. */
const BLOCKS_PER_CHUNK = 16;
const WHOLE: TableSplit = { split: 'whole', key: [], bytewise: [], boundaries: [] };

const sizeRow = z.object({ oid: z.number(), bytes: z.number(), isEmpty: z.boolean() });
/** Rows and what is stored beside them. pg_table_size() looks at six times as many files, which takes 4 s for 20,000 tables. */
const bytesOf = (table: string): string => `(coalesce(pg_catalog.pg_relation_size(${table}.oid), 0)
  + CASE ${table}.reltoastrelid WHEN 0 THEN 0 ELSE coalesce(pg_catalog.pg_relation_size(${table}.reltoastrelid), 0) END)`;
const SIZES = `
SELECT s.oid::int8::float8 AS oid, s.bytes::float8 AS bytes, s.relkind <> 'p' AND s.bytes = 0 AS "isEmpty"
FROM (SELECT c.oid, c.relkind, CASE c.relkind WHEN 'p' THEN coalesce((SELECT sum(${bytesOf('r')})
        FROM ${partitionTree('c.oid')} t JOIN pg_catalog.pg_class r ON r.oid = t.relid), 0) ELSE ${bytesOf('c')} END AS bytes
      FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::text[]::oid[])) s`;

/** What a table takes in the server; without a page it has no rows. */
export type TableSize = Pick<z.infer<typeof sizeRow>, 'bytes' | 'isEmpty'>;

/** What tables take in the server, by oid; those that are gone are missing. */
export async function tableSizes(session: Session, tables: readonly CatalogTable[]): Promise<Map<number, TableSize>> {
  const rows = await session.query(SIZES, [tables.map(({ oid }) => String(oid))]);
  return new Map(
    z
      .array(sizeRow)
      .parse(rows)
      .map(({ oid, ...size }) => [oid, size]),
  );
}

/** Splits a table of so many bytes into chunks of about as many as wanted; the session holds the snapshot. */
export async function splitTable(
  session: Session,
  { table, from, isQuery }: PlannedTable,
  { bytes, chunkBytes, types, onLockTimeout }: SplitRules,
): Promise<TableSplit> {
  if (isQuery) return { ...WHOLE, split: 'query' };
  if (bytes <= SMALL_BYTES) return WHOLE;
  const chunks = chunkCount(bytes, chunkBytes);
  const key = orderedKey(table, types);
  const split = { table, from, key: key ?? [], bytes, chunks, onLockTimeout };
  if (key !== undefined) {
    const bytewise = await bytewiseColumns(session, table, key);
    return { split: 'key', key, bytewise, boundaries: fitting(await keyBoundaries(session, split)) };
  }
  // Pages of a partitioned table are those of its partitions.
  if (table.kind === 'p') return WHOLE;
  const [size] = await session.query('SELECT (pg_catalog.pg_relation_size($1::int8::oid) / $2)::float8 AS pages', [
    table.oid,
    BLOCK_BYTES,
  ]);
  const pages = z.object({ pages: z.number().nullable() }).parse(size).pages ?? 0;
  const step = Math.max(1, Math.ceil(pages / chunks));
  const boundaries = Array.from({ length: Math.ceil(pages / step) - 1 }, (_, index) => [String((index + 1) * step)]);
  return { ...WHOLE, split: 'pages', boundaries };
}

const columnRow = z.object({ name: z.string() });

// Of databases in UTF-8, whose bytes are those that the connector sees. to_jsonb, since the columns came with 15 and 17.
const BYTEWISE = `
SELECT a.attname::text AS name
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation, pg_catalog.pg_database d
WHERE a.attrelid = $1::int8::oid AND a.attname = ANY ($2::text[]) AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
  AND d.datname = pg_catalog.current_database() AND pg_catalog.pg_encoding_to_char(d.encoding) = 'UTF8'
  AND CASE c.collprovider
        WHEN 'c' THEN c.collcollate IN ('C', 'POSIX')
        WHEN 'd' THEN coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') = 'c' AND d.datcollate IN ('C', 'POSIX')
        ELSE false END`;

/** The columns of a key that the server compares byte by byte. */
async function bytewiseColumns(session: Session, table: CatalogTable, key: readonly string[]): Promise<string[]> {
  const rows = await session.query(BYTEWISE, [table.oid, key]);
  return z
    .array(columnRow)
    .parse(rows)
    .map(({ name }) => name);
}

/** The columns of the primary key; undefined: there is none, or it cannot be split. */
function orderedKey(table: CatalogTable, types: PgTypes): readonly string[] | undefined {
  const { primaryKey, columns } = table;
  const isOrdered = (name: string): boolean => {
    const type = types.get(columns.find((column) => column.name === name)?.typeOid ?? 0);
    return type !== undefined && type.schema === 'pg_catalog' && ORDERED.has(type.name);
  };
  return primaryKey.length > 0 && primaryKey.every(isOrdered) ? primaryKey : undefined;
}

interface KeySplit {
  readonly table: CatalogTable;
  readonly from: string;
  readonly key: readonly string[];
  readonly bytes: number;
  readonly chunks: number;
  readonly onLockTimeout: SplitRules['onLockTimeout'];
}

/** Keys that divide a sample of the table evenly: any keys are right ones, these make chunks of about the same size. */
async function keyBoundaries(session: Session, split: KeySplit): Promise<string[][]> {
  const { table, from, key, bytes, chunks, onLockTimeout } = split;
  // One chunk; what there is of it can be told by the key all the same.
  if (chunks === 1) return [];
  const columns = key.map((column) => pg.escapeIdentifier(column));
  const blocks = Math.max(1, bytes / BLOCK_BYTES);
  const percent = Math.min(100, (100 * BLOCKS_PER_CHUNK * chunks) / blocks);
  const query = `
SELECT ${columns.map((column, index) => `${column}::text AS k${index}`).join(', ')}
FROM (SELECT ${columns.join(', ')}, row_number() OVER (ORDER BY ${columns.join(', ')}) AS n, count(*) OVER () AS c
      FROM ${from} TABLESAMPLE SYSTEM (${percent.toFixed(6)})) s
WHERE n < c AND n * ${chunks} / c > (n - 1) * ${chunks} / c ORDER BY n`;
  const rows = await withTableLock(session, table, () => session.query(query), onLockTimeout);
  return (rows ?? []).map((row) => key.map((_, index) => String(row[`k${index}`])));
}

/** Whether there is a row to read, as the session's snapshot sees it. */
export async function hasRows(
  session: Session,
  { table, from, filter }: PlannedTable,
  onLockTimeout: SplitRules['onLockTimeout'],
): Promise<boolean> {
  const query = `SELECT 1 FROM ${from}${whereOf([filter])} LIMIT 1`;
  const rows = await withTableLock(session, table, () => session.query(query), onLockTimeout);
  return (rows ?? []).length > 0;
}
