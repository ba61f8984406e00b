import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { PgTypes } from '../catalog/pg-type.ts';
import type { Session } from '../connection/session.ts';
import { errorText } from '../pg-errors.ts';
import { overrideSetting, type SelectOverrides } from '../select-overrides.ts';

const NO_PRIVILEGE = '42501';

/** The query that a table is read by; undefined: none of the operator's. */
export function ownQuery(
  queries: SelectOverrides,
  { schema, table }: Pick<CatalogTable, 'schema' | 'table'>,
): string | undefined {
  return queries.get(`${schema}.${table}`);
}

/** A query as something to select from. */
export function asSource(query: string): string {
  // The line end ends a comment that the query may end with.
  return `(${query}\n) AS own_query`;
}

export interface OwnQuery {
  readonly query: string;
  readonly table: CatalogTable;
  /** The columns to give, in this order. */
  readonly schema: TableSchema;
  readonly types: PgTypes;
}

/**
 * The COPY statement that gives a query's rows in the form of the table: columns are found by name and cast to the table's types.
 * What the query leaves out is NULL. Throws CONFIG_INVALID for a query that cannot be run, that has a column which the table has
 * not, or that lacks one which cannot be NULL.
 */
export async function ownCopy(session: Session, { query, table, schema, types }: OwnQuery): Promise<string> {
  const name = `${table.schema}.${table.table}`;
  const given = await named(name, () => session.columns(`SELECT * FROM ${asSource(query)} LIMIT 0`));
  const unknown = given.filter((column) => !table.columns.some((known) => known.name === column));
  if (unknown.length > 0) throw invalid(name, `the table has no column ${unknown.join(', ')}`);
  const keys = new Set(schema.key ?? []);
  const missing = schema.columns.filter(
    (column, index) => !given.includes(column.name) && (keys.has(index) || !column.optional),
  );
  if (missing.length > 0)
    throw invalid(name, `it must give ${missing.map((column) => column.name).join(', ')}, which cannot be NULL`);
  const columns = schema.columns.map((column) => {
    if (!given.includes(column.name)) return 'NULL';
    const type = types.get(table.columns.find((known) => known.name === column.name)?.typeOid ?? 0);
    const cast = type === undefined ? '' : `::${pg.escapeIdentifier(type.schema)}.${pg.escapeIdentifier(type.name)}`;
    return `own_query.${pg.escapeIdentifier(column.name)}${cast}`;
  });
  return `COPY (SELECT ${columns.join(', ')} FROM ${asSource(query)}) TO STDOUT`;
}

/** Runs something with a table's own query; what the server finds wrong with the query is the configuration's fault. */
export async function named<T>(table: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Syntax and names (class 42), and values that do not fit (22).
    const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
    if (code === NO_PRIVILEGE || !/^(?:42|22)/.test(code)) throw error;
    throw invalid(table, errorText(error), error);
  }
}

function invalid(table: string, what: string, cause?: unknown): ConnectorError {
  const message = `the query of ${overrideSetting(table)} cannot be used: ${what}`;
  return new ConnectorError('CONFIG_INVALID', message, cause === undefined ? {} : { cause });
}
