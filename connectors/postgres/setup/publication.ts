import pg from 'pg';
import { z } from 'zod';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { ListedTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';
import type { SourceConfig } from '../source-config.ts';

/** What is asked of the publication. */
export interface PublicationPlan {
  readonly name: string;
  readonly mode: 'all_tables' | 'filtered' | 'no_tables' | 'disabled';
  readonly viaPartitionRoot: boolean;
  readonly skippedOperations: readonly string[];
  /** Confirms an all-tables publication over tables without replica identity. */
  readonly allowTablesWithoutIdentity: boolean;
  readonly isStandby: boolean;
  /** All tables that match the filters. */
  readonly tables: readonly ListedTable[];
}

/** What a configuration asks of its publication, for these tables. */
export function publicationPlan(
  config: SourceConfig,
  isStandby: boolean,
  tables: readonly ListedTable[],
): PublicationPlan {
  return {
    name: config.publicationName,
    mode: config.publicationMode,
    viaPartitionRoot: config.publishViaPartitionRoot,
    skippedOperations: config.skippedOperations,
    allowTablesWithoutIdentity: config.allowTablesWithoutIdentity,
    isStandby,
    tables,
  };
}

/** The publication as it is. */
export interface Publication {
  readonly allTables: boolean;
  /** Changes of partitions come under the name of the partitioned table. */
  readonly viaRoot: boolean;
}

const publicationRow = z.object({ allTables: z.boolean(), viaRoot: z.boolean() });
const nameRow = z.object({ schema: z.string(), table: z.string() });

const OPERATIONS = { c: 'insert', u: 'update', d: 'delete', t: 'truncate' } as const;
const MAX_LISTED = 5;
/** Each table takes a lock until the transaction ends, and the server has room for about 9000 (max_locks_per_transaction). */
const TABLES_AT_ONCE = 1000;

/** Tables whose UPDATE and DELETE would fail once a publication contains them. */
const WITHOUT_IDENTITY = `
SELECT n.nspname::text AS schema, c.relname::text AS table
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.oid >= 16384
  AND (c.relreplident = 'n'
    OR (c.relreplident = 'd' AND NOT EXISTS (
      SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid))
    OR (c.relreplident = 'i' AND NOT EXISTS (
      SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid)))
ORDER BY 1, 2`;

/**
 * Makes sure that the publication exists, before the slot is created: the server looks it up in the catalog as of each change.
 * What an existing one contains is only ever added to. Throws ConnectorErrors.
 */
export async function ensurePublication(session: Session, plan: PublicationPlan): Promise<Publication> {
  const found = await checkPublication(session, plan);
  if (found === undefined) {
    const tables = plan.mode === 'filtered' ? wantedTables(plan, plan.viaPartitionRoot) : [];
    await create(session, plan, tables.slice(0, TABLES_AT_ONCE));
    const created = { allTables: plan.mode === 'all_tables', viaRoot: plan.viaPartitionRoot };
    if (tables.length > TABLES_AT_ONCE) await addTables(session, plan, created);
    return created;
  }
  if (plan.mode === 'filtered' && !plan.isStandby) await addTables(session, plan, found);
  return found;
}

/** The publication that is there; undefined: it may be created. Throws a ConnectorError for what cannot work. */
export async function checkPublication(session: Session, plan: PublicationPlan): Promise<Publication | undefined> {
  const found = await readPublication(session, plan.name);
  if (plan.mode === 'filtered') {
    if (found?.allTables === true) throw notFiltered(plan);
    wantedTables(plan, found?.viaRoot ?? plan.viaPartitionRoot);
  }
  if (found !== undefined) return found;
  if (plan.mode === 'disabled' || plan.isStandby) {
    const why = plan.isStandby
      ? 'a standby cannot create it; create it on the primary'
      : 'publication.autocreate.mode is disabled';
    throw new ConnectorError('POSTGRES_PUBLICATION_MISSING', `publication '${plan.name}' does not exist, and ${why}`);
  }
  await checkIdentities(session, plan);
  return undefined;
}

/** Undefined: there is none. */
export async function readPublication(session: Session, name: string): Promise<Publication | undefined> {
  const rows = await session.query(
    `SELECT p.puballtables AS "allTables", coalesce((to_jsonb(p) ->> 'pubviaroot')::boolean, false) AS "viaRoot"
     FROM pg_catalog.pg_publication p WHERE p.pubname = $1`,
    [name],
  );
  return z.array(publicationRow).parse(rows)[0];
}

/** The tables whose changes come under their own name: with `viaRoot` partitioned tables, else their partitions. */
export function publishedForms<T extends ListedTable>(tables: readonly T[], viaRoot: boolean): T[] {
  return tables.filter(({ kind, isPartition }) => (viaRoot ? !isPartition : kind !== 'p'));
}

/** Throws POSTGRES_PUBLICATION_UNUSABLE when creating the publication would break the application's own statements. */
async function checkIdentities(session: Session, plan: PublicationPlan): Promise<void> {
  const { skippedOperations: skipped } = plan;
  if (plan.mode !== 'all_tables' || plan.allowTablesWithoutIdentity) return;
  if (skipped.includes('u') && skipped.includes('d')) return;
  const tables = z.array(nameRow).parse(await session.query(WITHOUT_IDENTITY));
  if (tables.length === 0) return;
  const listed = tables.slice(0, MAX_LISTED).map(({ schema, table }) => `${schema}.${table}`);
  const more = tables.length > MAX_LISTED ? ` and ${tables.length - MAX_LISTED} more` : '';
  throw new ConnectorError(
    'POSTGRES_PUBLICATION_UNUSABLE',
    `publication '${plan.name}' is not created for all tables: UPDATE and DELETE would then fail for every application on the tables without replica identity: ${listed.join(', ')}${more}. Give them a primary key or ALTER TABLE … REPLICA IDENTITY FULL, set publication.autocreate.mode=filtered, or confirm with millrace.publication.allow.tables.without.identity=true`,
  );
}

/**
 * Whether the user could create the publication: does so, with the first of its tables, and takes it back. Throws what creating it
 * would.
 */
export async function tryCreation(session: Session, plan: PublicationPlan): Promise<void> {
  await session.query('BEGIN');
  try {
    const tables = plan.mode === 'filtered' ? wantedTables(plan, plan.viaPartitionRoot) : [];
    await create(session, plan, tables.slice(0, TABLES_AT_ONCE));
  } finally {
    await session.query('ROLLBACK');
  }
}

async function create(session: Session, plan: PublicationPlan, tables: readonly ListedTable[]): Promise<void> {
  const name = pg.escapeIdentifier(plan.name);
  try {
    await session.query(`CREATE PUBLICATION ${name} ${target(plan, tables)} WITH (${options(plan)})`);
  } catch (error) {
    // Two tasks of different connectors may share a publication and start at once.
    if (error instanceof pg.DatabaseError && error.code === '42710') return;
    if (error instanceof pg.DatabaseError && error.code === '42501') throw notAllowed(plan, error);
    throw error;
  }
}

function target({ mode }: PublicationPlan, tables: readonly ListedTable[]): string {
  if (mode === 'all_tables') return 'FOR ALL TABLES';
  return mode === 'filtered' ? `FOR TABLE ${tableList(tables)}` : '';
}

function options({ skippedOperations, viaPartitionRoot }: PublicationPlan): string {
  const published = Object.entries(OPERATIONS).flatMap(([op, name]) => (skippedOperations.includes(op) ? [] : [name]));
  const viaRoot = viaPartitionRoot ? ', publish_via_partition_root = true' : '';
  return `publish = '${published.join(', ')}'${viaRoot}`;
}

async function addTables(session: Session, plan: PublicationPlan, found: Publication): Promise<void> {
  const rows = await session.query(
    `SELECT n.nspname::text AS schema, c.relname::text AS table
     FROM pg_catalog.pg_publication_rel pr JOIN pg_catalog.pg_publication p ON p.oid = pr.prpubid
     JOIN pg_catalog.pg_class c ON c.oid = pr.prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE p.pubname = $1`,
    [plan.name],
  );
  const present = new Set(
    z
      .array(nameRow)
      .parse(rows)
      .map(({ schema, table }) => JSON.stringify([schema, table])),
  );
  const missing = wantedTables(plan, found.viaRoot).filter(
    ({ schema, table }) => !present.has(JSON.stringify([schema, table])),
  );
  try {
    // In several transactions, if there are many: what an interruption leaves out is found missing at the next start.
    for (let at = 0; at < missing.length; at += TABLES_AT_ONCE) {
      const some = tableList(missing.slice(at, at + TABLES_AT_ONCE));
      await session.query(`ALTER PUBLICATION ${pg.escapeIdentifier(plan.name)} ADD TABLE ${some}`);
    }
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') throw notAllowed(plan, error);
    throw error;
  }
}

function wantedTables(plan: PublicationPlan, viaRoot: boolean): ListedTable[] {
  const wanted = publishedForms(plan.tables, viaRoot);
  if (wanted.length > 0) return wanted;
  throw new ConnectorError(
    'POSTGRES_PUBLICATION_UNUSABLE',
    `no table matches the filters (schema.include.list, table.include.list and their exclude lists), so there is nothing that publication '${plan.name}' could contain`,
  );
}

function tableList(tables: readonly ListedTable[]): string {
  return tables.map(({ schema, table }) => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`).join(', ');
}

function notFiltered(plan: PublicationPlan): ConnectorError {
  return new ConnectorError(
    'POSTGRES_PUBLICATION_UNUSABLE',
    `publication '${plan.name}' is FOR ALL TABLES and cannot be filtered: choose another publication.name, or publication.autocreate.mode=all_tables`,
  );
}

function notAllowed(plan: PublicationPlan, cause: pg.DatabaseError): ConnectorError {
  const needed =
    plan.mode === 'all_tables'
      ? 'a publication FOR ALL TABLES takes a superuser; let one create it, or set publication.autocreate.mode=filtered'
      : 'it takes CREATE on the database and ownership of every table; let their owner create it and set publication.autocreate.mode=disabled';
  return new ConnectorError(
    'POSTGRES_PRIVILEGE_MISSING',
    `publication '${plan.name}' cannot be created or changed by this user (${cause.message}): ${needed}`,
    { cause },
  );
}
