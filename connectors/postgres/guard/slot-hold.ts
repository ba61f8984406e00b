import type { SlotHold } from '../../source-progress.ts';
import type { Lsn } from '../lsn.ts';
import type { OpenTransaction, SlotReading } from './server-reading.ts';

/** Where the task is between the slot and the end of the log. */
export interface StreamStanding {
  readonly phase: 'connecting' | 'schema' | 'snapshot' | 'streaming' | 'idle';
  /** End of the last transaction that was read; null: nothing is streamed. */
  readonly read: Lsn | null;
  /** Kafka holds everything before this. */
  readonly durable: Lsn;
  /** Since when Kafka has acknowledged nothing although it has something; null: it has nothing. */
  readonly unacknowledgedMs: number | null;
}

export interface HoldQuestion {
  readonly slot: Pick<SlotReading, 'restart' | 'confirmed'>;
  readonly logEnd: Lsn;
  /** The oldest of the server that has not ended. */
  readonly oldest: (OpenTransaction & { readonly openMs: number }) | null;
  readonly standing: StreamStanding;
  /** False with lsn.flush.mode=manual or flush.lsn.source=false. */
  readonly confirms: boolean;
}

/** Less than a file of the log needs no reason: servers move slots in steps of about that. */
const WORTH_BYTES = 16_777_216;
/** The server notes which transactions are open every 15 s (bgwriter.c, LOG_SNAPSHOT_INTERVAL_MS), and moves slots by these notes. */
const LONG_OPEN_MS = 15_000;
const LONG_UNACKNOWLEDGED_MS = 10_000;

/**
 * Why the server has to keep its log for the slot. What it keeps has three parts: up to the confirmed position, which open
 * transactions of the server hold; from there to what Kafka has, which we have not confirmed; and from there to the end of the
 * log. The largest part is the one to do something about. Null: nothing worth a reason, or the slot will move by itself.
 */
export function slotHold({ slot, logEnd, oldest, standing, confirms }: HoldQuestion): SlotHold | null {
  const { restart, confirmed } = slot;
  if (restart === null || confirmed === null) return null;
  const all = bytesBetween(restart, logEnd);
  if (all < WORTH_BYTES) return null;
  if (standing.read === null) return notStreaming(standing.phase, all);
  const known = standing.durable > confirmed ? standing.durable : confirmed;
  const parts = [
    { bytes: bytesBetween(restart, confirmed), hold: heldByServer },
    { bytes: bytesBetween(confirmed, known), hold: notConfirmed },
    { bytes: bytesBetween(known, logEnd), hold: notDelivered },
  ];
  const [largest] = parts.toSorted((one, other) => other.bytes - one.bytes);
  if (largest === undefined || largest.bytes < WORTH_BYTES) return null;
  const found = largest.hold({ oldest, standing, confirms });
  return found === null ? null : { ...found, bytes: largest.bytes };
}

type Why = Omit<SlotHold, 'bytes'> | null;
type Facts = Pick<HoldQuestion, 'oldest' | 'standing' | 'confirms'>;

function notStreaming(phase: StreamStanding['phase'], bytes: number): SlotHold {
  if (phase === 'snapshot')
    return { cause: 'snapshot', bytes, reason: 'the snapshot is being read; the changes since it began come after it' };
  return { cause: 'not-streaming', bytes, reason: 'the task does not stream' };
}

function heldByServer({ oldest }: Facts): Why {
  return oldest === null || oldest.openMs < LONG_OPEN_MS ? null : heldByTransaction(oldest);
}

function heldByTransaction({ kind, name, application, database, openMs }: NonNullable<HoldQuestion['oldest']>): Why {
  const time = seconds(openMs);
  if (kind === 'prepared')
    return {
      cause: 'prepared-transaction',
      reason: `transaction '${name}' of database '${database}' has been prepared for ${time} and is not decided: COMMIT PREPARED or ROLLBACK PREPARED lets go of the log`,
    };
  return {
    cause: 'transaction',
    reason: `a transaction of process ${name} (application '${application}', database '${database}') has been open for ${time}: the server keeps its log from there on, whatever is confirmed`,
  };
}

function notConfirmed({ oldest, confirms }: Facts): Why {
  if (!confirms)
    return {
      cause: 'manual',
      reason: 'lsn.flush.mode=manual or flush.lsn.source=false: nothing is confirmed to the server by the connector',
    };
  // With millrace.two.phase nothing is confirmed beyond a PREPARE.
  return oldest?.kind === 'prepared' && oldest.openMs >= LONG_OPEN_MS ? heldByTransaction(oldest) : null;
}

function notDelivered({ standing: { unacknowledgedMs } }: Facts): Why {
  if (unacknowledgedMs !== null && unacknowledgedMs >= LONG_UNACKNOWLEDGED_MS)
    return { cause: 'kafka', reason: `Kafka has acknowledged nothing for ${seconds(unacknowledgedMs)}` };
  return { cause: 'reading', reason: 'changes are still to be read: the task is behind' };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** Within one log, far below 2^53. */
function bytesBetween(from: Lsn, to: Lsn): number {
  return Number(to > from ? to - from : 0n);
}
