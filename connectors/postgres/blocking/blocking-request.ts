import pg from 'pg';
import { z } from 'zod';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { matchesTable } from '../incremental/requested-tables.ts';

/** Tables that an operator wants to be read while the stream stands still. */
export const blockingRequest = z.object({
  /** Id of the signal. */
  id: z.string(),
  /** Name of the run of the snapshot; an interrupted one is gone on with by it. */
  run: z.string(),
  /** Java regular expressions of `schema.table`, matched whole. */
  collections: z.array(z.string()),
  /** Which rows of the tables that match; the first that matches counts. */
  filters: z.array(z.object({ collection: z.string(), filter: z.string() })),
});
export type BlockingRequest = z.infer<typeof blockingRequest>;

/** The tables of a request, in their own order, and the queries by which some of them are read, by `schema.table`. */
export function blockingTables(
  { collections, filters }: BlockingRequest,
  captured: readonly CatalogTable[],
): { readonly tables: CatalogTable[]; readonly queries: ReadonlyMap<string, string> } {
  const tables = captured.filter((table) => collections.some((entry) => matchesTable(entry, table)));
  const queries = new Map<string, string>();
  for (const table of tables) {
    const found = filters.find(({ collection }) => matchesTable(collection, table));
    if (found !== undefined) queries.set(`${table.schema}.${table.table}`, queryOf(found.filter, table));
  }
  return { tables, queries };
}

/** Debezium's filters of blocking snapshots are whole queries, those of incremental ones conditions: both are understood. */
function queryOf(filter: string, { schema, table }: CatalogTable): string {
  const text = filter.trim().replace(/;$/, '');
  if (/^(?:select|with|table|values)\b/i.test(text)) return text;
  return `SELECT * FROM ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)} WHERE (${text}\n)`;
}
