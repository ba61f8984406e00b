import { z } from 'zod';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TaskLog } from '../../source-connector.ts';
import { isSameTask } from '../connection/session-name.ts';
import type { Session } from '../connection/session.ts';
import { parseLsn, type Lsn } from '../lsn.ts';
import { pause } from '../pause.ts';
import type { SlotState } from './slot-decision.ts';

const slotRow = z.object({
  plugin: z.string().nullable(),
  type: z.string(),
  database: z.string().nullable(),
  temporary: z.boolean(),
  activePid: z.number().nullable(),
  activeApplication: z.string().nullable(),
  confirmedFlush: z.string().nullable(),
  walStatus: z.string().nullable(),
  invalidationReason: z.string().nullable(),
  failover: z.boolean().nullable(),
  isStandbyCopy: z.boolean(),
  twoPhase: z.boolean(),
});

// to_jsonb, since some columns exist from PostgreSQL 13, 14 or 17 on only.
const SLOT = `
SELECT s.plugin::text, s.slot_type AS type, s.database::text, s.temporary, s.active_pid AS "activePid",
       a.application_name AS "activeApplication", s.confirmed_flush_lsn::text AS "confirmedFlush",
       to_jsonb(s) ->> 'wal_status' AS "walStatus", to_jsonb(s) ->> 'invalidation_reason' AS "invalidationReason",
       (to_jsonb(s) ->> 'failover')::boolean AS failover,
       coalesce((to_jsonb(s) ->> 'synced')::boolean, false) AND pg_catalog.pg_is_in_recovery() AS "isStandbyCopy",
       coalesce((to_jsonb(s) ->> 'two_phase')::boolean, false) AS "twoPhase"
FROM pg_catalog.pg_replication_slots s LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = s.active_pid
WHERE s.slot_name = $1`;

export async function readSlot(session: Session, name: string): Promise<SlotState | undefined> {
  const [slot] = z.array(slotRow).parse(await session.query(SLOT, [name]));
  if (slot === undefined) return undefined;
  return { ...slot, confirmedFlush: slot.confirmedFlush === null ? null : parseLsn(slot.confirmedFlush) };
}

export interface SlotCreation {
  readonly name: string;
  /** It is gone with the session. */
  readonly temporary?: boolean;
  /** Whether to export the snapshot that the slot begins with. */
  readonly exportSnapshot: boolean;
  readonly failover: boolean;
  /** Whether prepared transactions come before they commit. */
  readonly twoPhase: boolean;
  /** server_version_num. */
  readonly version: number;
}

export interface CreatedSlot {
  /** Everything that commits after this comes over the slot; the snapshot shows everything before. */
  readonly consistentPoint: Lsn;
  /** For SET TRANSACTION SNAPSHOT, for as long as the session that created the slot runs nothing else; null: not exported. */
  readonly snapshot: string | null;
}

const createdRow = z.object({ consistent_point: z.string(), snapshot_name: z.string().nullable() });

/** Waits for the transactions that run at the time; the session's signal ends that. */
export async function createSlot(replication: Session, creation: SlotCreation): Promise<CreatedSlot> {
  const [created] = z.array(createdRow).parse(await replication.query(createCommand(creation)));
  if (created === undefined) throw new Error('the server answered the creation of the slot with nothing');
  return { consistentPoint: parseLsn(created.consistent_point), snapshot: created.snapshot_name };
}

function createCommand({ name, temporary, exportSnapshot, failover, twoPhase, version }: SlotCreation): string {
  const command = `CREATE_REPLICATION_SLOT "${name}" ${temporary === true ? 'TEMPORARY ' : ''}LOGICAL pgoutput`;
  // Options in parentheses came with PostgreSQL 15, fail-over slots with 17.
  if (version < 150_000) return `${command} ${exportSnapshot ? 'EXPORT_SNAPSHOT' : 'NOEXPORT_SNAPSHOT'}`;
  const failoverOption = failover && version >= 170_000 ? ', FAILOVER true' : '';
  const twoPhaseOption = twoPhase ? ', TWO_PHASE true' : '';
  return `${command} (SNAPSHOT '${exportSnapshot ? 'export' : 'nothing'}'${failoverOption}${twoPhaseOption})`;
}

/** Makes a slot that exists one that standbys copy; nobody may use it meanwhile. For PostgreSQL 17 and later. */
export async function makeFailover(replication: Session, name: string): Promise<void> {
  await replication.query(`ALTER_REPLICATION_SLOT "${name}" (FAILOVER true)`);
}

const BLOCKERS_INTERVAL_MS = 10_000;

/** Waits for the creation of a slot and tells meanwhile which transactions it waits for: one that never ends blocks it for ever. */
export async function reportingBlockers<T>(session: Session, log: TaskLog, creation: Promise<T>): Promise<T> {
  const query = `
SELECT pid, application_name, state, xact_start::text FROM pg_catalog.pg_stat_activity
WHERE backend_xid IS NOT NULL ORDER BY xact_start LIMIT 3`;
  const timer = setInterval(() => {
    session.query(query).then(
      (transactions) => log.warn({ transactions }, 'the slot can be created once these transactions have ended'),
      () => undefined, // the session is lost, which the creation will notice, too
    );
  }, BLOCKERS_INTERVAL_MS);
  try {
    return await creation;
  } finally {
    clearInterval(timer);
  }
}

/** A slot that is gone already is fine. */
export async function dropSlot(session: Session, name: string): Promise<void> {
  await session.query(
    'SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots WHERE slot_name = $1',
    [name],
  );
}

export interface SlotClaim {
  readonly name: string;
  /** application_name of our sessions. */
  readonly applicationName: string;
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  /** Whether we still are who may read this slot: a task that has lost its lease must not push its successor out. */
  readonly mayTakeOver: () => boolean;
  readonly signal: AbortSignal;
  readonly log: TaskLog;
}

const TERMINATION_PATIENCE_MS = 5000;
const TERMINATION_POLL_MS = 50;

/**
 * Waits until nobody uses the slot. Another incarnation of the same task is a dead or frozen worker, whose session the server
 * would keep for minutes: it is ended at once. Anybody else gets time to leave; then POSTGRES_SLOT_IN_USE names the holder.
 */
export async function claimSlot(session: Session, claim: SlotClaim): Promise<void> {
  for (let retry = 0; ; retry += 1) {
    const holder = await readHolder(session, claim.name);
    if (holder === undefined) return;
    const ours = isSameTask(holder.application, claim.applicationName);
    if (ours && claim.mayTakeOver() && (await terminate(session, claim, holder))) return;
    if (retry >= claim.maxRetries)
      throw new ConnectorError(
        'POSTGRES_SLOT_IN_USE',
        `slot '${claim.name}' is in use by process ${holder.pid}, application '${holder.application}', client ${holder.client}`,
      );
    claim.log.warn(
      { slot: claim.name, ...holder, retryInMs: claim.retryDelayMs },
      'the slot is in use by somebody else',
    );
    await pause(claim.retryDelayMs, claim.signal);
  }
}

interface Holder {
  readonly pid: number;
  readonly application: string;
  readonly client: string;
}

const holderRow = z.object({ pid: z.number(), application: z.string(), client: z.string() });

async function readHolder(session: Session, name: string): Promise<Holder | undefined> {
  const rows = await session.query(
    `SELECT s.active_pid AS pid, coalesce(a.application_name, '') AS application, coalesce(host(a.client_addr), 'local') AS client
     FROM pg_catalog.pg_replication_slots s LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = s.active_pid
     WHERE s.slot_name = $1 AND s.active_pid IS NOT NULL`,
    [name],
  );
  return z.array(holderRow).parse(rows)[0];
}

async function terminate(session: Session, claim: SlotClaim, holder: Holder): Promise<boolean> {
  claim.log.warn({ slot: claim.name, ...holder }, 'ending the session of an earlier incarnation of this task');
  await session.query('SELECT pg_catalog.pg_terminate_backend($1)', [holder.pid]);
  for (let waited = 0; waited < TERMINATION_PATIENCE_MS; waited += TERMINATION_POLL_MS) {
    if ((await readHolder(session, claim.name)) === undefined) return true;
    await pause(TERMINATION_POLL_MS, claim.signal);
  }
  return false;
}
