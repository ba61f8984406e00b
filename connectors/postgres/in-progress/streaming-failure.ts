import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';

/**
 * Whether a session that got large transactions while they ran may have failed because of that: no room for what has not ended yet,
 * or the server stumbles over the catalog of a transaction that is still running. With DDL in a savepoint that is rolled back, "could
 * not map filenumber" was seen on 14 and 18, session after session until the transaction came at its end.
 */
export function isOfStreamingInProgress(failure: unknown): boolean {
  if (failure instanceof ConnectorError) return failure.code === 'POSTGRES_SPOOL_UNUSABLE';
  return failure instanceof pg.DatabaseError && failure.code?.startsWith('XX') === true;
}
