import pg from 'pg';
import type { TaskLog } from '../../source-connector.ts';
import type { Session } from '../connection/session.ts';
import { errorText } from '../pg-errors.ts';
import type { IdentityChange } from './identity-rules.ts';

/** Whoever comes after a waiting ALTER TABLE waits behind it. */
const LOCK_TIMEOUT = '10s';
const HAS_INDEX = `SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = $1 AND i.indisreplident AND c.relname = $2`;

/** Sets the identities, one table after the other; one that cannot be changed stays as it is. */
export async function setIdentities(
  session: Session,
  changes: readonly IdentityChange[],
  log: Pick<TaskLog, 'info' | 'warn'>,
): Promise<void> {
  for (const { table, clause, index } of changes) {
    const name = `${table.schema}.${table.table}`;
    if (index !== undefined && (await session.query(HAS_INDEX, [table.oid, index])).length > 0) continue;
    const quoted = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.table)}`;
    try {
      // One message to the server is one transaction.
      await session.query(
        `SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; ALTER TABLE ${quoted} REPLICA IDENTITY ${clause}`,
      );
      log.info({ table: name, identity: clause }, 'set the replica identity');
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      log.warn({ table: name, identity: clause, error: errorText(error) }, 'the replica identity could not be set');
    }
  }
}
