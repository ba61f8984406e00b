import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import type { PublishedParts } from '../snapshot/published-part.ts';
import { tableReading, type TableReading } from '../snapshot/snapshot-table.ts';
import { chunkKey, identityIndexOf, type ChunkKey } from './chunk-key.ts';
import type { QueuedTable } from './snapshot-request.ts';

/** A table as it can be read in chunks, as long as it is not altered. */
export interface PreparedTable {
  readonly table: CatalogTable;
  readonly reading: TableReading;
  readonly key: ChunkKey;
}

export interface PreparationParts {
  /** For questions to the catalog of now. */
  readonly session: Session;
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
}

export type Preparation =
  | { readonly prepared: PreparedTable }
  | { readonly status: 'UNKNOWN_SCHEMA' | 'NO_PRIMARY_KEY'; readonly obstacle: string };

/** Looks a table up as it is now. */
export async function prepareTable(
  { session, catalog, rules, parts }: PreparationParts,
  { schema: schemaName, table: tableName, surrogateKey }: QueuedTable,
): Promise<Preparation> {
  const unknown = {
    status: 'UNKNOWN_SCHEMA',
    obstacle: `there is no captured table ${schemaName}.${tableName}`,
  } as const;
  const known = catalog.tables.find(({ schema, table }) => schema === schemaName && table === tableName);
  if (known === undefined) return unknown;
  await catalog.refresh(session, known.oid, []);
  const table = catalog.table(known.oid);
  if (table?.schema !== schemaName || table.table !== tableName) return unknown;
  const reading = tableReading({ table, types: catalog.types.types, parts }, rules);
  const answer = chunkKey({
    table,
    schema: reading.schema,
    identityIndex: await identityIndexOf(session, table),
    surrogateKey,
  });
  if ('obstacle' in answer) return { status: 'NO_PRIMARY_KEY', obstacle: answer.obstacle };
  return { prepared: { table, reading, key: answer.key } };
}

/** Whether the catalog of now describes the table as it was prepared. The table is locked, so that this stays so. */
export async function isAsPrepared({ session, catalog }: PreparationParts, { table }: PreparedTable): Promise<boolean> {
  await catalog.refresh(session, table.oid, []);
  return JSON.stringify(catalog.table(table.oid)) === JSON.stringify(table);
}
