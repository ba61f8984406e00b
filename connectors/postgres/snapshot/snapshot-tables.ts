import type { RegexList } from '../../../settings/regex-list.ts';
import type { TaskContext } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';
import { publishedForms } from '../setup/publication.ts';
import type { SourceConfig } from '../source-config.ts';
import type { TaskSetup } from '../task-setup.ts';

export interface SnapshotTablesParts {
  readonly context: Pick<TaskContext, 'log'>;
  readonly config: SourceConfig;
  readonly setup: TaskSetup;
}

/** The captured tables that a snapshot reads, in the form in which they are published. */
export async function snapshotTables({ config, setup, context }: SnapshotTablesParts): Promise<CatalogTable[]> {
  const wanted: RegexList | null = config.snapshotTables;
  const tables = publishedForms(setup.catalog.tables, setup.publication.viaRoot).filter(
    ({ schema, table }) => wanted === null || wanted.matches(`${schema}.${table}`),
  );
  const rows = await setup.session.query(
    'SELECT schemaname::text AS schema, tablename::text AS table FROM pg_catalog.pg_publication_tables WHERE pubname = $1',
    [config.publicationName],
  );
  const published = new Set(rows.map(({ schema, table }) => JSON.stringify([schema, table])));
  const silent = tables.filter(({ schema, table }) => !published.has(JSON.stringify([schema, table])));
  if (silent.length > 0)
    context.log.warn(
      { publication: config.publicationName, tables: silent.map(({ schema, table }) => `${schema}.${table}`) },
      'tables match the filters but are not in the publication: their rows are read, their changes will not come',
    );
  return tables;
}

/** What Debezium writes as txId of snapshot rows; taken in a transaction of its own, so that the long one holds no xid. */
export async function snapshotXid(session: Session): Promise<number> {
  const [row] = await session.query(
    'SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN 0 ELSE pg_catalog.txid_current() END)::float8 AS xid',
  );
  return typeof row?.['xid'] === 'number' ? row['xid'] : 0;
}
