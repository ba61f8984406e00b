import pg from 'pg';
import { z } from 'zod';
import type { TableSchema } from '../../table-schema.ts';
import type { PgTypes } from '../catalog/pg-type.ts';
import type { RelationColumn, RelationMessage } from '../decoder/relation-message.ts';
import { parseVisibility, type Visibility } from '../snapshot/visibility.ts';

/** A version of a table as the log described it. */
export interface TableVersion {
  readonly relation: RelationMessage;
  readonly types: PgTypes;
}

/** Reads columns of rows anew. Its parameters: a list of texts for each column of the key, then the most bytes of values to send. */
export interface RereadQuery {
  readonly text: string;
  /** Columns of the key that tells rows apart, by their index in the table. */
  readonly key: readonly number[];
  /** Columns that it needs as the log knew them; the table may have others by now. */
  readonly shape: readonly string[];
}

/** What the query says of the row with the given number, from 1. */
interface RereadRow {
  readonly n: number;
  readonly found: boolean;
  /** False: beyond the most bytes, to be asked for again. */
  readonly fits: boolean;
  readonly values: readonly (string | null)[];
}

export interface RereadAnswer {
  readonly rows: readonly RereadRow[];
  /** Which transactions it sees; undefined: the server did not say. */
  readonly sees: Visibility | undefined;
  readonly shape: readonly string[];
}

/** Undefined: what is captured does not tell rows of this table apart. */
export function rereadQuery(
  table: TableSchema,
  { relation, types }: TableVersion,
  columns: readonly number[],
): RereadQuery | undefined {
  // With identity `d` these are the primary key, with `i` the columns of a unique index; with `f` nothing is ever missing.
  const identity = relation.identity === 'f' ? [] : relation.columns.filter((column) => column.identity);
  const key = identity.map(({ name }) => table.columns.findIndex((column) => column.name === name));
  const wanted = columns.map((column) => columnOf(relation, table.columns[column]?.name ?? ''));
  if (key.length === 0 || key.includes(-1) || wanted.some((column) => column === undefined)) return undefined;
  const names = columns.map((column) => table.columns[column]?.name ?? '');
  return {
    text: queryText(relation, identity, { types, names }),
    key,
    shape: [...identity, ...wanted.filter((column) => column !== undefined)].map(shapeOf),
  };
}

function columnOf({ columns }: RelationMessage, name: string): RelationColumn | undefined {
  return columns.find((column) => column.name === name);
}

function shapeOf({ name, typeOid, typmod }: RelationColumn): string {
  return `${typeOid} ${typmod} ${name}`;
}

/**
 * One statement, so that all of it sees the same. Values are printed by their types' output functions (format('%s', …), since a cast to
 * text trims char(n)), once (OFFSET 0 keeps the parts apart, as MATERIALIZED does from 12 on), and the first row always fits: a value
 * larger than the bound passes by itself.
 */
function queryText(
  { oid, schema, table }: RelationMessage,
  identity: readonly RelationColumn[],
  { types, names }: { readonly types: PgTypes; readonly names: readonly string[] },
): string {
  const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
  const keys = identity.map((_, index) => `k${index}`);
  const lists = keys.map((_, index) => `$${index + 1}::text[]`);
  const same = identity.map(
    (column, index) => `t.${pg.escapeIdentifier(column.name)} = w.k${index}::${typeName(column, types)}`,
  );
  const values = names.map((column, index) => {
    const value = `t.${pg.escapeIdentifier(column)}`;
    return `CASE WHEN ${value} IS NOT NULL THEN pg_catalog.format('%s', ${value}) END AS v${index}`;
  });
  const bytes = names.map((_, index) => `coalesce(octet_length(v${index}), 0)`).join(' + ');
  const sent = names.map((_, index) => `CASE WHEN fits THEN v${index} END`).join(', ');
  const first = pg.escapeIdentifier(identity[0]?.name ?? '');
  return `WITH wanted AS (SELECT * FROM unnest(${lists.join(', ')}) WITH ORDINALITY w(${keys.join(', ')}, n) OFFSET 0),
read AS (SELECT w.n, t.${first} IS NOT NULL AS found, ${values.join(', ')} FROM wanted w LEFT JOIN ${name} t ON ${same.join(' AND ')} OFFSET 0),
sized AS (SELECT *, n = 1 OR sum(${bytes}) OVER (ORDER BY n) <= $${keys.length + 1}::int8 AS fits FROM read)
SELECT n::int4 AS n, found, fits, ARRAY[${sent}] AS values,
  CASE WHEN n = 1 THEN pg_catalog.txid_current_snapshot()::text END AS sees,
  CASE WHEN n = 1 THEN ARRAY(
    SELECT a.atttypid::text || ' ' || a.atttypmod::text || ' ' || a.attname::text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = ${oid} AND a.attrelid = pg_catalog.to_regclass(${pg.escapeLiteral(name)}) AND a.attnum > 0 AND NOT a.attisdropped
  ) END AS shape
FROM sized ORDER BY n`;
}

function typeName({ typeOid }: RelationColumn, types: PgTypes): string {
  const type = types.get(typeOid);
  return `${pg.escapeIdentifier(type?.schema ?? 'pg_catalog')}.${pg.escapeIdentifier(type?.name ?? 'text')}`;
}

const answerRow = z.object({
  n: z.number(),
  found: z.boolean(),
  fits: z.boolean(),
  values: z.array(z.string().nullable()),
  sees: z.string().nullable(),
  shape: z.array(z.string()).nullable(),
});

export function rereadAnswer(rows: readonly unknown[]): RereadAnswer {
  const parsed = z.array(answerRow).parse(rows);
  return { rows: parsed, sees: parseVisibility(parsed[0]?.sees ?? ''), shape: parsed[0]?.shape ?? [] };
}
