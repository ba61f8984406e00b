import { z } from 'zod';
import type { RegexList } from '../../../settings/regex-list.ts';
import type { TaskContext } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { partitionTree } from '../catalog/partition-tree.ts';
import type { Session } from '../connection/session.ts';
import { publishedForms } from '../setup/publication.ts';
import type { SourceConfig } from '../source-config.ts';
import type { ReadingSetup } from '../task-setup.ts';
import { orderTables } from './table-order.ts';

export interface SnapshotTablesParts {
  readonly context: Pick<TaskContext, 'log'>;
  readonly config: SourceConfig;
  readonly setup: ReadingSetup;
  /** Changes follow. */
  readonly streams: boolean;
}

/** The captured tables that a snapshot reads, in the form in which they are published. */
export async function snapshotTables({
  config,
  setup,
  context,
  streams,
}: SnapshotTablesParts): Promise<CatalogTable[]> {
  const wanted: RegexList | null = config.snapshotTables;
  const found = publishedForms(setup.catalog.tables, setup.publication.viaRoot).filter(
    ({ schema, table }) => wanted === null || wanted.matches(`${schema}.${table}`),
  );
  const estimates = config.tableOrder === 'disabled' ? new Map<number, number>() : await rowEstimates(setup.session);
  const tables = orderTables(found, config, estimates);
  const names = new Set(tables.map(({ schema, table }) => `${schema}.${table}`));
  const strange = [...config.selectOverrides.keys()].filter((name) => !names.has(name));
  if (strange.length > 0)
    context.log.warn({ tables: strange }, 'snapshot.select.statement.overrides names tables that are not read');
  if (!streams) return tables;
  // What pg_publication_tables is made from: the view also lists columns, which takes a second for 20,000 tables.
  const rows = await setup.session.query(
    'SELECT relid::int8::float8 AS oid FROM pg_catalog.pg_get_publication_tables($1)',
    [config.publicationName],
  );
  const published = new Set(
    z
      .array(z.object({ oid: z.number() }))
      .parse(rows)
      .map(({ oid }) => oid),
  );
  const silent = tables.filter(({ oid }) => !published.has(oid));
  if (silent.length > 0)
    context.log.warn(
      { publication: config.publicationName, tables: silent.map(({ schema, table }) => `${schema}.${table}`) },
      'tables match the filters but are not in the publication: their rows are read, their changes will not come',
    );
  return tables;
}

const estimateRow = z.object({ oid: z.number(), rows: z.number() });

/** Rows that the server thinks tables have, by oid; partitioned tables have those of their partitions. */
async function rowEstimates(session: Session): Promise<Map<number, number>> {
  const rows = await session.query(`
SELECT c.oid::int8::float8 AS oid,
       greatest(0, CASE c.relkind WHEN 'p'
         THEN (SELECT sum(greatest(l.reltuples, 0)) FROM ${partitionTree('c.oid')} t JOIN pg_catalog.pg_class l ON l.oid = t.relid)
         ELSE c.reltuples END)::float8 AS rows
FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384`);
  return new Map(
    z
      .array(estimateRow)
      .parse(rows)
      .map((row) => [row.oid, row.rows]),
  );
}

/** What Debezium writes as txId of snapshot rows; taken in a transaction of its own, so that the long one holds no xid. */
export async function snapshotXid(session: Session): Promise<number> {
  const [row] = await session.query(
    'SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN 0 ELSE pg_catalog.txid_current() END)::float8 AS xid',
  );
  return typeof row?.['xid'] === 'number' ? row['xid'] : 0;
}
