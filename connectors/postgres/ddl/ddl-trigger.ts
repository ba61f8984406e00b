import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { Session } from '../connection/session.ts';
import { TABLE_MEMBERS } from './definition-query.ts';

export type DdlCapture = 'off' | 'existing' | 'install' | 'remove';

/** Prefix of the messages by which the triggers tell of DDL. */
export const DDL_PREFIX = 'millrace.ddl';

const FUNCTION = 'public.millrace_capture_ddl';
const TRIGGERS = ['millrace_ddl_end', 'millrace_ddl_drop'] as const;
/** Kept as the function's comment: another one makes the connector replace what is there. */
const VERSION = 'millrace DDL capture, version 2';
/** Of the text of a statement; the message would else be as long as a script. */
const MOST_TEXT = 65_536;

// A transactional message lies in the log in its order among the changes and is gone with a rollback. No EXCEPTION block: it
// would cost a subtransaction with each statement, and hide that nothing was captured.
const CREATE_FUNCTION = `
CREATE OR REPLACE FUNCTION ${FUNCTION}() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $capture$
DECLARE
  told jsonb;
BEGIN
  IF current_setting('millrace.skip_ddl', true) = 'on' THEN
    RETURN;
  END IF;
  FOR told IN
    SELECT jsonb_build_object('type', 'DROP', 'oid', o.objid::int8, 'schema', o.schema_name, 'table', o.object_name)
    FROM pg_event_trigger_dropped_objects() o
    WHERE tg_event = 'sql_drop' AND o.object_type = 'table' AND NOT o.is_temporary
  LOOP
    PERFORM pg_logical_emit_message(true, '${DDL_PREFIX}', (told || jsonb_build_object('version', 1, 'tag', tg_tag,
      'user', session_user, 'ddl', left(current_query(), ${MOST_TEXT})))::text);
  END LOOP;
  IF tg_event = 'sql_drop' THEN
    RETURN;
  END IF;
  FOR told IN
    SELECT jsonb_build_object(
      'type', CASE WHEN tg_tag IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') THEN 'CREATE' ELSE 'ALTER' END,
      'oid', r.oid::int8, ${TABLE_MEMBERS})
    FROM (SELECT DISTINCT coalesce(i.indrelid, c.objid) AS relation
          FROM pg_event_trigger_ddl_commands() c LEFT JOIN pg_index i ON i.indexrelid = c.objid
          WHERE c.classid = 'pg_class'::regclass AND NOT c.in_extension) touched
    JOIN pg_class r ON r.oid = touched.relation JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE r.relkind IN ('r', 'p') AND r.relpersistence = 'p'
  LOOP
    PERFORM pg_logical_emit_message(true, '${DDL_PREFIX}', (told || jsonb_build_object('version', 1, 'tag', tg_tag,
      'user', session_user, 'ddl', left(current_query(), ${MOST_TEXT})))::text);
  END LOOP;
END
$capture$`;

const DROP = [
  ...TRIGGERS.map((name) => `DROP EVENT TRIGGER IF EXISTS ${name}`),
  `DROP FUNCTION IF EXISTS ${FUNCTION}()`,
];

/** What an administrator may run in place of the connector. */
export const INSTALLATION: readonly string[] = [
  ...DROP,
  CREATE_FUNCTION,
  `COMMENT ON FUNCTION ${FUNCTION}() IS '${VERSION}'`,
  `CREATE EVENT TRIGGER ${TRIGGERS[0]} ON ddl_command_end
   WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'CREATE INDEX', 'COMMENT')
   EXECUTE FUNCTION ${FUNCTION}()`,
  `CREATE EVENT TRIGGER ${TRIGGERS[1]} ON sql_drop
   WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP OWNED') EXECUTE FUNCTION ${FUNCTION}()`,
];

const INSTALLED = `
SELECT obj_description(p.oid, 'pg_proc') AS version,
       (SELECT count(*)::int FROM pg_catalog.pg_event_trigger e WHERE e.evtfoid = p.oid AND e.evtenabled <> 'D') AS triggers
FROM pg_catalog.pg_proc p WHERE p.oid = pg_catalog.to_regprocedure('${FUNCTION}()')`;

/** Makes the triggers what the setting asks for. Throws POSTGRES_PRIVILEGE_MISSING, or what else the server says. */
export async function prepareDdlCapture(session: Session, capture: DdlCapture, log: TaskLog): Promise<void> {
  if (capture === 'off') return;
  const [installed] = await session.query(INSTALLED);
  const isWhole = installed?.['version'] === VERSION && installed['triggers'] === TRIGGERS.length;
  if (capture === 'existing') {
    if (!isWhole)
      log.warn({}, 'millrace.ddl.capture=existing: the event triggers are missing, disabled or of another version');
    return;
  }
  if (capture === 'install' ? isWhole : installed === undefined) return;
  await change(session, capture === 'install' ? INSTALLATION : DROP);
  log.info({}, capture === 'install' ? 'installed the event triggers for DDL' : 'removed the event triggers for DDL');
}

/** All or nothing, and by one task at a time. */
async function change(session: Session, statements: readonly string[]): Promise<void> {
  await session.query('BEGIN');
  try {
    await session.query(`SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('${FUNCTION}'))`);
    for (const statement of statements) await session.query(statement);
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK');
    if (!(error instanceof pg.DatabaseError) || error.code !== '42501') throw error;
    const message = `the event triggers for DDL cannot be changed by this user (${error.message}): let a superuser do it (docs/postgres.md, DDL) and set millrace.ddl.capture=existing`;
    throw new ConnectorError('POSTGRES_PRIVILEGE_MISSING', message, { cause: error });
  }
}
