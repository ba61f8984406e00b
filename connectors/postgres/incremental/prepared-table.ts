import { z } from 'zod';
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
  /** Changes with everything that the catalog says of the table. */
  readonly fingerprint: string;
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
  const fingerprint = await fingerprintOf(session, known.oid);
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
  return { prepared: { table, reading, key: answer.key, fingerprint } };
}

/**
 * Whether the catalog of now describes the table as it was prepared. The table is locked, so that this stays so; what is asked
 * takes no lock of its own (pg_get_expr, for instance, does), or it would wait for an ALTER TABLE that waits for this one.
 */
export async function isAsPrepared(session: Pick<Session, 'query'>, prepared: PreparedTable): Promise<boolean> {
  return (await fingerprintOf(session, prepared.table.oid)) === prepared.fingerprint;
}

const row = z.object({ fingerprint: z.string() });

const FINGERPRINT = `
SELECT concat_ws(' ', c.xmin,
  (SELECT string_agg(concat(a.attnum, '/', a.xmin), ',' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
  (SELECT string_agg(concat(d.adnum, '/', d.xmin), ',' ORDER BY d.adnum) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid),
  (SELECT string_agg(concat(i.indexrelid, '/', i.xmin), ',' ORDER BY i.indexrelid) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid),
  (SELECT count(*) FROM pg_catalog.pg_enum)) AS fingerprint
FROM pg_catalog.pg_class c WHERE c.oid = $1::int8::oid`;

async function fingerprintOf(session: Pick<Session, 'query'>, oid: number): Promise<string> {
  const [found] = z.array(row).parse(await session.query(FINGERPRINT, [oid]));
  return found?.fingerprint ?? '';
}
