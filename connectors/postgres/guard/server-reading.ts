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

/** How the server and its slots are at one moment. */
export interface ServerReading {
  /** On a standby: of what it has replayed. */
  readonly logEnd: Lsn;
  /** Of the log that is being written; null on a standby, which writes none. */
  readonly timeline: number | null;
  readonly own: SlotReading | undefined;
  /** Other slots of pgoutput, those that hold back most first, at most MOST_OTHERS. */
  readonly others: readonly SlotReading[];
}

const MOST_OTHERS = 50;

/** The timeline of a log that is being written, from the name of its current file (the first 8 hexadecimal digits). */
export const TIMELINE = `CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
            ELSE left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8) END`;

// Whole rows as JSON, since some columns exist from PostgreSQL 17 on only.
const READING = `
SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
             ELSE pg_catalog.pg_current_wal_lsn() END)::text AS "logEnd",
       ${TIMELINE} AS timeline,
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
  wal_status: z.string().nullable(),
  safe_wal_size: z.number().nullable(),
  invalidation_reason: z.string().nullish(),
});
const row = z.object({ logEnd: z.string(), timeline: z.string().nullable(), slots: z.array(slotRow) });

/** One cheap question: the view has a row for each slot of the server, and few of those. */
export async function readServer(session: Session, slotName: string): Promise<ServerReading> {
  const [found] = z.array(row).parse(await session.query(READING, [slotName]));
  if (found === undefined) throw new Error('the server answered a question about its slots with nothing');
  const slots = found.slots.map(slotOf);
  return {
    logEnd: parseLsn(found.logEnd),
    timeline: timelineOf(found.timeline),
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
    walStatus: slot.wal_status,
    safeBytes: slot.safe_wal_size,
    invalidationReason: slot.invalidation_reason ?? null,
  };
}
