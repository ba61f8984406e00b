import pg from 'pg';
import type { PgTypes } from '../catalog/pg-type.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { whereOf, type TableReading } from '../snapshot/snapshot-table.ts';

export interface ChunkQuery {
  readonly table: CatalogTable;
  readonly types: PgTypes;
  readonly reading: Pick<TableReading, 'schema' | 'from' | 'filter'>;
  /** Columns that chunks are ordered by. */
  readonly order: readonly string[];
  /** An operator's condition as SQL; null: none. */
  readonly condition: string | null;
}

/** Rows behind a key (null: from the first one) and up to another one, so many of them. */
export interface KeyRange {
  readonly last: readonly string[] | null;
  readonly maximum: readonly string[];
  readonly rows: number;
}

/** COPY of the next rows. */
export function chunkCopy(query: ChunkQuery, range: KeyRange): string {
  const { reading, order } = query;
  const columns = reading.schema.columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  return `COPY (SELECT ${columns} FROM ${reading.from}${within(query, range)} ORDER BY ${ordering(order, 'ASC')} LIMIT ${range.rows}) TO STDOUT`;
}

/** The key of the last of the next rows as texts k0, k1, …; no row: there are fewer. */
export function endQuery(query: ChunkQuery, range: KeyRange): string {
  const { reading, order } = query;
  return `SELECT ${keyTexts(order)} FROM ${reading.from}${within(query, range)} ORDER BY ${ordering(order, 'ASC')} LIMIT 1 OFFSET ${range.rows - 1}`;
}

/** The largest key as texts k0, k1, …; no row: there is nothing to read. */
export function maximumQuery({ reading, order, condition }: ChunkQuery): string {
  return `SELECT ${keyTexts(order)} FROM ${reading.from}${whereOf([reading.filter, condition])} ORDER BY ${ordering(order, 'DESC')} LIMIT 1`;
}

function keyTexts(order: readonly string[]): string {
  return order.map((column, index) => `${pg.escapeIdentifier(column)}::text AS k${index}`).join(', ');
}

function within(query: ChunkQuery, { last, maximum }: KeyRange): string {
  const { reading, order, condition } = query;
  const key = tuple(order.map((column) => pg.escapeIdentifier(column)));
  return whereOf([
    reading.filter,
    condition,
    last === null ? null : `${key} > ${tuple(literals(query, last))}`,
    `${key} <= ${tuple(literals(query, maximum))}`,
  ]);
}

/** Values as SQL of the columns' own types, since they are kept as text. */
function literals({ table, types, order }: ChunkQuery, values: readonly string[]): string[] {
  return order.map((column, index) => {
    const type = types.get(table.columns.find(({ name }) => name === column)?.typeOid ?? 0);
    const name = `${pg.escapeIdentifier(type?.schema ?? 'pg_catalog')}.${pg.escapeIdentifier(type?.name ?? 'text')}`;
    return `${pg.escapeLiteral(values[index] ?? '')}::${name}`;
  });
}

function ordering(order: readonly string[], direction: 'ASC' | 'DESC'): string {
  return order.map((column) => `${pg.escapeIdentifier(column)} ${direction}`).join(', ');
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`;
}
