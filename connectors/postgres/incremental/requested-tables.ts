import { javaPattern } from '../../../settings/java-pattern.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { plainName, type QueuedTable, type SnapshotRequest } from './snapshot-request.ts';

export interface RequestedTables {
  readonly tables: readonly QueuedTable[];
  /** Entries of the request that no captured table matches. */
  readonly unknown: readonly string[];
}

/** The captured tables that a request means, each once, in the order in which it names them. */
export function requestedTables(
  { collections, conditions, surrogateKey }: SnapshotRequest,
  captured: readonly Pick<CatalogTable, 'schema' | 'table'>[],
): RequestedTables {
  const tables = new Map<string, QueuedTable>();
  const unknown: string[] = [];
  for (const entry of collections) {
    const found = captured.filter((table) => matchesTable(entry, table));
    if (found.length === 0) unknown.push(entry);
    for (const { schema, table } of found) {
      const condition =
        conditions.find(({ collection }) => matchesTable(collection, { schema, table }))?.filter ?? null;
      const name = JSON.stringify([schema, table]);
      if (!tables.has(name)) tables.set(name, { schema, table, condition, surrogateKey });
    }
  }
  return { tables: [...tables.values()], unknown };
}

/** Whether an entry of a signal means a table: by its name as it stands, or by a regular expression for the whole of it. */
export function matchesTable(entry: string, table: Pick<CatalogTable, 'schema' | 'table'>): boolean {
  const name = plainName(table);
  return entry === name || javaPattern(entry).matches(name);
}
