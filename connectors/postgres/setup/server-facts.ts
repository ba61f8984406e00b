import { z } from 'zod';
import type { Session } from '../connection/session.ts';
import { TIMELINE, timelineOf } from '../guard/server-reading.ts';
import { parseLsn, type Lsn } from '../lsn.ts';

/** What a connector has to know about the server before it does anything else. */
export interface ServerFacts {
  /** server_version_num, e.g. 180004. */
  readonly version: number;
  readonly versionText: string;
  /** system_identifier; null where the server does not tell this user. */
  readonly system: string | null;
  /** Of the log that is being written; null on a standby. */
  readonly timeline: number | null;
  readonly isStandby: boolean;
  readonly walLevel: string;
  readonly encoding: string;
  /** End of the log: on a standby of what it has replayed. */
  readonly logEnd: Lsn;
  readonly role: { readonly superuser: boolean; readonly replication: boolean };
}

const row = z.object({
  version: z.string(),
  versionText: z.string(),
  system: z.string().nullable(),
  timeline: z.string().nullable(),
  isStandby: z.boolean(),
  walLevel: z.string(),
  encoding: z.string(),
  logEnd: z.string(),
  superuser: z.boolean(),
  replication: z.boolean(),
});

// Managed services give replication by a role of theirs instead of the attribute.
const FACTS = `
SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS "versionText",
       CASE WHEN has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
            THEN (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) END AS system,
       ${TIMELINE} AS timeline, pg_catalog.pg_is_in_recovery() AS "isStandby", current_setting('wal_level') AS "walLevel",
       current_setting('server_encoding') AS encoding,
       (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
             ELSE pg_catalog.pg_current_wal_lsn() END)::text AS "logEnd",
       r.rolsuper AS superuser,
       r.rolreplication OR EXISTS (
         SELECT 1 FROM pg_catalog.pg_roles m
         WHERE m.rolname IN ('rds_replication', 'rds_superuser', 'azure_pg_admin', 'cloudsqlsuperuser', 'alloydbsuperuser')
           AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER')) AS replication
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

export async function readServerFacts(session: Session): Promise<ServerFacts> {
  const [facts] = z.array(row).parse(await session.query(FACTS));
  if (facts === undefined) throw new Error('the server does not list the role of its own session');
  const { version, logEnd, timeline, superuser, replication, ...rest } = facts;
  return {
    ...rest,
    version: Number(version),
    timeline: timelineOf(timeline),
    logEnd: parseLsn(logEnd),
    role: { superuser, replication },
  };
}
