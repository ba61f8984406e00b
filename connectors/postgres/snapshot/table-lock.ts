import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';

const UNDEFINED_TABLE = '42P01';
const NO_PRIVILEGE = '42501';
const LOCK_NOT_AVAILABLE = '55P03';
/** For the log, with the table. */
export const LOCK_TIMEOUT = 'the snapshot waits for a table that somebody has locked (snapshot.lock.timeout.ms)';
/** Between two tries, for a lock timeout of a few milliseconds. */
const RETRY_MS = 500;

/**
 * Does something with a table that nobody can alter meanwhile, in the transaction that is open; undefined: the table is gone. The
 * lock is given back afterwards: an ALTER TABLE may be waiting for it. With `onTimeout`, told of each try in vain, both are tried
 * until no lock comes too late; without, the first try in vain is a failure. After a failure the transaction is the caller's to end.
 */
export async function withTableLock<T>(
  session: Session,
  locked: CatalogTable,
  work: () => Promise<T>,
  onTimeout?: (table: string) => void,
): Promise<T | undefined> {
  const { schema, table } = locked;
  let result: T | undefined;
  await session.query('SAVEPOINT before_table');
  try {
    result = await whenLocked(session, lockName(locked), work, onTimeout && (() => onTimeout(`${schema}.${table}`)));
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

/**
 * The same with several tables at once; false: they could not all be had at once, and nothing was done. For tables that take so
 * little time that one lock for all of them holds nobody up.
 */
export async function withTableLocks(
  session: Session,
  tables: readonly CatalogTable[],
  work: () => Promise<void>,
): Promise<boolean> {
  await session.query('SAVEPOINT before_table');
  try {
    await session.query(`LOCK TABLE ${tables.map(lockName).join(', ')} IN ACCESS SHARE MODE NOWAIT`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await session.query('ROLLBACK TO SAVEPOINT before_table');
    return false;
  }
  let isDone = true;
  try {
    await work();
  } catch (error) {
    // A lock on the catalog's side that came too late, before anything was read.
    if (!isLockTimeout(error)) throw error;
    isDone = false;
  }
  await session.query('ROLLBACK TO SAVEPOINT before_table');
  return isDone;
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
}

function lockName({ schema, table }: CatalogTable): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
}

/** A try in vain ends at the savepoint, so that the snapshot of the transaction is not lost with it. */
async function whenLocked<T>(
  session: Session,
  name: string,
  work: () => Promise<T>,
  onTimeout: (() => void) | undefined,
): Promise<T> {
  for (;;)
    try {
      await session.query(`LOCK TABLE ${name} IN ACCESS SHARE MODE`);
      return await work();
    } catch (error) {
      if (!isLockTimeout(error) || onTimeout === undefined) throw error;
      onTimeout();
      await session.query('ROLLBACK TO SAVEPOINT before_table');
      await delay(RETRY_MS);
    }
}
