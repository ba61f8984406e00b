import { z } from 'zod';
import type { TableSchema } from '../../table-schema.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';

/** By which columns a table is read in chunks. */
export interface ChunkKey {
  /** They tell rows apart, in what is read and in what its changes say of the row before. */
  readonly identity: readonly string[];
  /** The order in which chunks follow each other; unique, too. */
  readonly order: readonly string[];
}

export interface ChunkKeySource {
  readonly table: CatalogTable;
  /** As the rows are captured. */
  readonly schema: TableSchema;
  /** Columns of the replica identity's index (identity `i`); empty: there is none. */
  readonly identityIndex: readonly string[];
  /** A column to order by instead; null: the key. */
  readonly surrogateKey: string | null;
}

/** The key, or why there is none. */
export type ChunkKeyAnswer = { readonly key: ChunkKey } | { readonly obstacle: string };

/**
 * The columns that identify rows: those that updates and deletions carry of the row before, which the replica identity says.
 * Without any the rows that a chunk has could not be told from those that were changed since.
 */
export function chunkKey({ table, schema, identityIndex, surrogateKey }: ChunkKeySource): ChunkKeyAnswer {
  const name = `${table.schema}.${table.table}`;
  const identity = table.identity === 'i' ? identityIndex : primaryOrUnique(table);
  if (identity.length === 0)
    return {
      obstacle: `${name} has neither a primary key nor a unique index over NOT NULL columns, by which it could be read in chunks`,
    };
  const order = surrogateKey === null ? identity : [surrogateKey];
  const missing = [...identity, ...order].find((column) => !schema.columns.some((known) => known.name === column));
  if (missing !== undefined)
    return { obstacle: `column ${missing} of ${name} is needed to read it in chunks, and it is not captured` };
  if (surrogateKey !== null && !isUnique(table, order))
    return { obstacle: `surrogate-key ${surrogateKey} of ${name} has no unique index, or may be NULL` };
  return { key: { identity, order } };
}

function primaryOrUnique({ primaryKey, uniqueKeys }: CatalogTable): readonly string[] {
  return primaryKey.length > 0 ? primaryKey : (uniqueKeys[0] ?? []);
}

function isUnique({ primaryKey, uniqueKeys }: CatalogTable, columns: readonly string[]): boolean {
  return [primaryKey, ...uniqueKeys].some(
    (key) => key.length === columns.length && key.every((column) => columns.includes(column)),
  );
}

const row = z.object({ columns: z.array(z.string()) });

const IDENTITY_INDEX = `
SELECT array_agg(a.attname::text ORDER BY k.place) AS columns
FROM pg_catalog.pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place), pg_catalog.pg_attribute a
WHERE i.indrelid = $1::int8::oid AND i.indisreplident AND i.indisvalid AND k.place <= i.indnkeyatts
  AND a.attrelid = i.indrelid AND a.attnum = k.attnum
GROUP BY i.indexrelid`;

/** Columns of the index that a table's replica identity uses; empty: it uses none. */
export async function identityIndexOf(session: Session, table: CatalogTable): Promise<readonly string[]> {
  if (table.identity !== 'i') return [];
  const [found] = z.array(row).parse(await session.query(IDENTITY_INDEX, [table.oid]));
  return found?.columns ?? [];
}
