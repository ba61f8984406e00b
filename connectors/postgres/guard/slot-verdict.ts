import type { ErrorCode } from '../../../errors/catalogue.ts';
import type { SlotProgress } from '../../source-progress.ts';
import type { Lsn } from '../lsn.ts';
import type { SlotReading } from './server-reading.ts';

/** What an operator allows the slot to keep on the server, and what happens beyond that. */
export interface SlotLimit {
  /** 0: no limit. */
  readonly bytes: number;
  readonly action: 'warn' | 'fail' | 'drop';
}

export interface SlotQuestion {
  readonly name: string;
  /** Undefined: there is no such slot. */
  readonly slot: SlotReading | undefined;
  readonly logEnd: Lsn;
  readonly limit: SlotLimit;
  /** How fast grows what it keeps; null: not known. */
  readonly bytesPerSecond: number | null;
}

/** How a slot is, and why the task cannot go on with it. */
export interface SlotVerdict extends Pick<
  SlotProgress,
  'status' | 'level' | 'warnings' | 'retainedBytes' | 'unconfirmedBytes' | 'safeBytes' | 'limitBytes' | 'exhaustedInMs'
> {
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

const WARNING_SHARE = 0.5;
const ALARM_SHARE = 0.8;
const WARNING_MS = 6 * 3_600_000;
const ALARM_MS = 3_600_000;

/** Judges what a slot keeps on its server against what the server and the operator allow. */
export function judgeSlot({ name, slot, logEnd, limit, bytesPerSecond }: SlotQuestion): SlotVerdict {
  const figures = {
    status: slot?.walStatus ?? null,
    retainedBytes: distance(slot?.restart, logEnd),
    unconfirmedBytes: distance(slot?.confirmed, logEnd),
    safeBytes: slot?.safeBytes ?? null,
    limitBytes: limit.bytes === 0 ? null : limit.bytes,
  };
  const gone = lostSlot(name, slot);
  if (gone !== undefined)
    return { ...figures, level: 'alarm', warnings: [gone.message], exhaustedInMs: 0, failure: gone };
  const retained = figures.retainedBytes ?? 0;
  const room = roomOf(figures, retained);
  const exhaustedInMs = timeLeft(room, bytesPerSecond);
  const warnings: string[] = [];
  let level: SlotVerdict['level'] = 'ok';
  const warn = (grade: 'warning' | 'alarm', text: string): void => {
    warnings.push(text);
    if (level !== 'alarm') level = grade;
  };
  if (slot?.walStatus === 'unreserved')
    warn('alarm', `slot '${name}' keeps more log than max_slot_wal_keep_size; the next checkpoint may invalidate it`);
  const over = limit.bytes > 0 && retained > limit.bytes;
  if (over)
    warn('alarm', `slot '${name}' keeps ${retained} bytes of log, more than millrace.slot.max.retained.bytes allows`);
  else if (room !== null) {
    const share = retained / (retained + room);
    if (share >= WARNING_SHARE)
      warn(
        share >= ALARM_SHARE ? 'alarm' : 'warning',
        `slot '${name}' keeps ${retained} bytes of log, ${Math.floor(share * 100)} % of what it may`,
      );
    if (exhaustedInMs !== null && exhaustedInMs < WARNING_MS)
      warn(
        exhaustedInMs < ALARM_MS ? 'alarm' : 'warning',
        `at the rate of the last minutes slot '${name}' has no room left in ${Math.ceil(exhaustedInMs / 60_000)} min`,
      );
  }
  const verdict = { ...figures, level, warnings, exhaustedInMs };
  if (!over || limit.action === 'warn') return verdict;
  const consequence = limit.action === 'drop' ? 'it is dropped' : 'the task fails';
  const message = `slot '${name}' keeps ${retained} bytes of log, more than millrace.slot.max.retained.bytes (${limit.bytes}) allows: ${consequence}, as millrace.slot.limit.action says`;
  return { ...verdict, failure: { code: 'POSTGRES_SLOT_OVER_LIMIT', message } };
}

function lostSlot(name: string, slot: SlotReading | undefined): SlotVerdict['failure'] {
  if (slot === undefined)
    return { code: 'POSTGRES_SLOT_MISSING', message: `slot '${name}' was dropped while it was in use` };
  if (slot.walStatus !== 'lost' && slot.invalidationReason === null) return undefined;
  const reason = slot.invalidationReason ?? 'its part of the log was removed';
  return { code: 'POSTGRES_SLOT_LOST', message: `slot '${name}' became invalid: ${reason}` };
}

/** How many bytes more may be written, by the nearer of the two limits; null: neither is set. */
function roomOf(
  { safeBytes, limitBytes }: { readonly safeBytes: number | null; readonly limitBytes: number | null },
  retained: number,
): number | null {
  const rooms = [safeBytes, limitBytes === null ? null : limitBytes - retained].filter((room) => room !== null);
  return rooms.length === 0 ? null : Math.max(0, Math.min(...rooms));
}

function timeLeft(room: number | null, bytesPerSecond: number | null): number | null {
  if (room === null || bytesPerSecond === null || bytesPerSecond <= 0) return null;
  return Math.round((room * 1000) / bytesPerSecond);
}

/** Within one log, far below 2^53. */
function distance(from: Lsn | null | undefined, to: Lsn): number | null {
  if (from === null || from === undefined) return null;
  return Number(to > from ? to - from : 0n);
}
