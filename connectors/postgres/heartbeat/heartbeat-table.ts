import pg from 'pg';
import type { Session } from '../connection/session.ts';

/** Name and columns are those of the table that DTS keeps in a source. */
export const HEARTBEAT_SCHEMA = 'public';
export const HEARTBEAT_NAME = 'dts_postgres_heartbeat';
export const HEARTBEAT_TABLE = `${HEARTBEAT_SCHEMA}.${HEARTBEAT_NAME}`;

const CREATION = `
CREATE TABLE IF NOT EXISTS ${HEARTBEAT_TABLE} (
  slot_name varchar(64) PRIMARY KEY, revice_time bigint, revice_lsn varchar(64), flushed_lsn varchar(64),
  update_time timestamp with time zone, dts_service_time bigint)`;

const IS_MEMBER = `
SELECT 1 FROM pg_catalog.pg_publication_tables WHERE pubname = $1 AND schemaname = $2 AND tablename = $3`;

/**
 * Creates the table when it is missing, and adds it to the publication, so that its changes come over the slot (null: leaves
 * that alone). Throws what the server says.
 */
export async function prepareHeartbeatTable(session: Session, publication: string | null): Promise<void> {
  const [found] = await session.query('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS exists', [HEARTBEAT_TABLE]);
  // Not even tried when it is there: IF NOT EXISTS, too, asks for the right to create tables.
  if (found?.['exists'] !== true) await session.query(CREATION);
  if (publication === null) return;
  const members = await session.query(IS_MEMBER, [publication, HEARTBEAT_SCHEMA, HEARTBEAT_NAME]);
  if (members.length > 0) return;
  try {
    await session.query(`ALTER PUBLICATION ${pg.escapeIdentifier(publication)} ADD TABLE ${HEARTBEAT_TABLE}`);
  } catch (error) {
    // Another task added it at the same moment.
    if (!(error instanceof pg.DatabaseError) || error.code !== '42710') throw error;
  }
}
