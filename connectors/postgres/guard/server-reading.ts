import { z } from 'zod';
import type { Session } from '../connection/session.ts';
import { parseLsn, type Lsn } from '../lsn.ts';

/** A logical slot as pg_replication_slots shows it. */
export interface SlotReading {
  readonly name: string;
  readonly database: string | null;
  readonly active: boolean;
  /** The log from here on is kept for it; null: not known, or none is. */
  readonly restart: Lsn | null;
  readonly confirmed: Lsn | null;
  /** reserved, extended, unreserved or lost; null where the server does not say. */
  readonly walStatus: string | null;
  /** How many bytes more may be written before it may be lost; null: without limit. */
  readonly safeBytes: number | null;
  /** From PostgreSQL 17 on. */
  readonly invalidationReason: string | null;
}

/** A transaction that has written something, or may, and has not ended. */
export interface OpenTransaction {
  readonly kind: 'running' | 'prepared';
  readonly xid: string;
  /** Process of the session, or what PREPARE TRANSACTION named. */
  readonly name: string;
  readonly application: string;
  readonly database: string;
  /** For how long, by the server; null: this user may not see it. */
  readonly openMs: number | null;
}

/** How the server and its slots are at one moment. */
export interface ServerReading {
  /** On a standby: of what it has replayed. */
  readonly logEnd: Lsn;
  /** Of the log that is being written; null on a standby, which writes none. */
  readonly timeline: number | null;
  readonly own: SlotReading | undefined;
  /** The oldest one of all databases; null: there is none, or the server is a standby. */
  readonly oldest: OpenTransaction | null;
  /** Other slots of pgoutput, those that hold back most first, at most MOST_OTHERS. */
  readonly others: readonly SlotReading[];
}

const MOST_OTHERS = 50;

/** The timeline of a log that is being written, from the name of its current file (the first 8 hexadecimal digits). */
export const TIMELINE = `CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
            ELSE left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8) END`;

// Every user may see all of it but when a session's transaction began (pgstatfuncs.c, pg_stat_get_activity).
const OLDEST = `
SELECT kind, xid::text, name, application, database,
       extract(epoch FROM pg_catalog.clock_timestamp() - began)::float8 * 1000 AS "openMs" FROM (
  SELECT 'running' AS kind, backend_xid AS xid, pid::text AS name, coalesce(application_name, '') AS application,
         coalesce(datname, '')::text AS database, xact_start AS began
  FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL
  UNION ALL SELECT 'prepared', transaction, gid, '', database::text, prepared FROM pg_catalog.pg_prepared_xacts) AS open
ORDER BY pg_catalog.age(xid) DESC LIMIT 1`;

// Whole rows as JSON, since some columns exist from PostgreSQL 13 or 17 on only.
const READING = `
SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
             ELSE pg_catalog.pg_current_wal_lsn() END)::text AS "logEnd",
       ${TIMELINE} AS timeline,
       (SELECT to_jsonb(o) FROM (${OLDEST}) AS o) AS oldest,
       (SELECT coalesce(jsonb_agg(slot), '[]') FROM (
          SELECT to_jsonb(s) AS slot FROM pg_catalog.pg_replication_slots s
          WHERE s.slot_name = $1 OR (s.plugin = 'pgoutput' AND NOT s.temporary)
          ORDER BY s.slot_name <> $1, s.restart_lsn NULLS LAST LIMIT ${MOST_OTHERS + 1}) AS listed) AS slots`;

const slotRow = z.object({
  slot_name: z.string(),
  database: z.string().nullable(),
  active: z.boolean(),
  restart_lsn: z.string().nullable(),
  confirmed_flush_lsn: z.string().nullable(),
  wal_status: z.string().nullish(),
  safe_wal_size: z.number().nullish(),
  invalidation_reason: z.string().nullish(),
});
const openTransaction = z.object({
  kind: z.enum(['running', 'prepared']),
  xid: z.string(),
  name: z.string(),
  application: z.string(),
  database: z.string(),
  openMs: z.number().nullable(),
});
const row = z.object({
  logEnd: z.string(),
  timeline: z.string().nullable(),
  oldest: openTransaction.nullable(),
  slots: z.array(slotRow),
});

/** One cheap question: the views have a row for each slot, session and prepared transaction of the server. */
export async function readServer(session: Session, slotName: string): Promise<ServerReading> {
  const [found] = z.array(row).parse(await session.query(READING, [slotName]));
  if (found === undefined) throw new Error('the server answered a question about its slots with nothing');
  const slots = found.slots.map(slotOf);
  return {
    logEnd: parseLsn(found.logEnd),
    timeline: timelineOf(found.timeline),
    oldest: found.oldest,
    own: slots.find(({ name }) => name === slotName),
    others: slots.filter(({ name }) => name !== slotName).slice(0, MOST_OTHERS),
  };
}

/** Of the text that TIMELINE answers. */
export function timelineOf(text: string | null): number | null {
  return text === null ? null : Number.parseInt(text, 16);
}

function slotOf(slot: z.infer<typeof slotRow>): SlotReading {
  const position = (text: string | null): Lsn | null => (text === null ? null : parseLsn(text));
  return {
    name: slot.slot_name,
    database: slot.database,
    active: slot.active,
    restart: position(slot.restart_lsn),
    confirmed: position(slot.confirmed_flush_lsn),
    walStatus: slot.wal_status ?? null,
    safeBytes: slot.safe_wal_size ?? null,
    invalidationReason: slot.invalidation_reason ?? null,
  };
}
