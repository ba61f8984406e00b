import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';

const UNDEFINED_TABLE = '42P01';
const NO_PRIVILEGE = '42501';

/**
 * Does something with a table that nobody can alter meanwhile, in the transaction that is open; undefined: the table is gone. The
 * lock is given back afterwards: an ALTER TABLE may be waiting for it. After a failure the transaction is the caller's to end.
 */
export async function withTableLock<T>(
  session: Session,
  { schema, table }: CatalogTable,
  work: () => Promise<T>,
): Promise<T | undefined> {
  await session.query('SAVEPOINT before_table');
  const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
  let result: T | undefined;
  try {
    await session.query(`LOCK TABLE ${name} IN ACCESS SHARE MODE`);
    result = await work();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code === NO_PRIVILEGE)
      throw new ConnectorError(
        'POSTGRES_PRIVILEGE_MISSING',
        `the snapshot may not read ${schema}.${table} (${error.message}): GRANT SELECT on it, and USAGE on its schema, to the user of the connector`,
        { cause: error },
      );
    if (error.code !== UNDEFINED_TABLE) throw error;
  }
  await session.query('ROLLBACK TO SAVEPOINT before_table');
  return result;
}
