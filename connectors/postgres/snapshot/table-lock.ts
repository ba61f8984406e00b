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

/** A lock that came too late; `cause` is the server's error. Nothing was done behind it, so that it may be asked for again. */
class LockTimeout extends Error {}

/** Rejects with a LockTimeout where the statement ended for a lock that came too late. */
export async function inTime<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE)
      throw new LockTimeout('a lock came too late', { cause: error });
    throw error;
  }
}

/**
 * Does something with a table that nobody can alter meanwhile, in the transaction that is open; undefined: the table is gone. The
 * lock is given back afterwards: an ALTER TABLE may be waiting for it. With `onTimeout`, told of each try in vain, both are tried
 * until there is no LockTimeout; without, the first try in vain is a failure. After a failure the transaction is the caller's to end.
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
 * The same with several tables at once; undefined: they could not all be had at once, or the work met a LockTimeout. For tables that
 * take so little time that one lock for all of them holds nobody up.
 */
export async function withTableLocks<T>(
  session: Session,
  tables: readonly CatalogTable[],
  work: () => Promise<T>,
): Promise<T | undefined> {
  await session.query('SAVEPOINT before_table');
  const areLocked = await session
    .query(`LOCK TABLE ${tables.map(lockName).join(', ')} IN ACCESS SHARE MODE NOWAIT`)
    .then(() => true, cannotBeHad);
  let result: T | undefined;
  try {
    if (areLocked) result = await work();
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error;
  }
  await session.query('ROLLBACK TO SAVEPOINT before_table');
  return result;
}

/** False: one of them cannot be had. Throws what is about the connection. */
function cannotBeHad(error: unknown): false {
  if (!(error instanceof pg.DatabaseError)) throw error;
  return false;
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
      await inTime(session.query(`LOCK TABLE ${name} IN ACCESS SHARE MODE`));
      return await work();
    } catch (error) {
      if (!(error instanceof LockTimeout)) throw error;
      if (onTimeout === undefined) throw error.cause;
      onTimeout();
      await session.query('ROLLBACK TO SAVEPOINT before_table');
      await delay(RETRY_MS);
    }
}
