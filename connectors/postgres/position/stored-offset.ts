import { ConnectorError } from '../../../errors/connector-error.ts';
import type { OffsetValue, SourceOffset, SourcePartition } from '../../change-batch.ts';
import type { Lsn } from '../lsn.ts';
import type { Resume, StartPoint, StreamPosition } from './stream-position.ts';

/** What an offset says that was stored for this source. */
export type StoredOffset =
  /** No offset at all. */
  | { readonly state: 'none' }
  /** We were about to create the slot; it may or may not exist. */
  | { readonly state: 'creating'; readonly source: OffsetSource }
  /** A snapshot of ours that was not completed; streaming will begin at `from`. */
  | {
      readonly state: 'snapshot';
      readonly from: Lsn;
      /** Name of the run whose progress is stored beside this; null: nothing of it counts. */
      readonly run: string | null;
      readonly source: OffsetSource;
    }
  /** A snapshot of Debezium's that was not completed: it begins anew, streaming from where the slot is. */
  | { readonly state: 'foreign-snapshot' }
  | {
      readonly state: 'stream';
      readonly start: StartPoint;
      /** First element of Debezium's `source.sequence` for the next event. */
      readonly previousCommitEnd: Lsn | null;
      /** Name of the run of a snapshot that has shown some of the changes to come; null: none has. */
      readonly run: string | null;
      readonly source: OffsetSource;
    };

/** What an offset belongs to; null: not recorded (Debezium does not). */
export interface OffsetSource {
  readonly slot: string | null;
  /** system_identifier of the server. */
  readonly system: string | null;
  /** Timeline of its log. */
  readonly timeline?: number | null;
}

// Ours, beside Debezium's; flat, since a nested value makes the Java worker read no offset at all.
const STATE = 'millrace.state';
const SLOT = 'millrace.slot';
const SYSTEM = 'millrace.system';
const TIMELINE = 'millrace.timeline';
const COMMIT = 'millrace.commit';
const ORDINAL = 'millrace.ordinal';
const NUMBERING = 'millrace.numbering';
const RUN = 'millrace.run';

/** Debezium's key of a source. */
export function sourcePartition(serverName: string): SourcePartition {
  return { server: serverName };
}

export function creatingOffset(source: OffsetSource): SourceOffset {
  // With Debezium's marks of a snapshot under way, so that Debezium, too, would begin anew.
  return { ...snapshotMarks(false), [STATE]: 'creating', ...sourceFields(source) };
}

/** Of a snapshot: streaming begins at `from` once it is completed. */
export interface SnapshotPosition {
  readonly from: Lsn;
  readonly xid: number;
  readonly timeMicros: bigint;
  readonly completed: boolean;
  /** Name of the run that is under way, or that the changes to come are to be held against; null: none. */
  readonly run: string | null;
}

export function snapshotOffset(snapshot: SnapshotPosition, source: OffsetSource): SourceOffset {
  return {
    ts_usec: snapshot.timeMicros,
    txId: snapshot.xid,
    lsn: snapshot.from,
    ...snapshotMarks(snapshot.completed),
    [STATE]: snapshot.completed ? 'stream' : 'snapshot',
    ...runField(snapshot.run),
    ...sourceFields(source),
  };
}

/** `numbering`: fingerprint of the options that ordinals depend on; `run`: see StoredOffset. */
export function streamOffset(
  position: StreamPosition,
  source: OffsetSource,
  { numbering, run = null }: { readonly numbering: string; readonly run?: string | null },
): SourceOffset {
  const { open, timeMicros, xid } = position;
  return {
    ...(timeMicros === null ? {} : { ts_usec: timeMicros }),
    ...(xid === null ? {} : { txId: xid }),
    lsn: position.lsn,
    lsn_proc: position.lsn,
    lsn_commit: position.done,
    messageType: position.messageType,
    [STATE]: 'stream',
    ...runField(run),
    ...sourceFields(source),
    ...(open === null ? {} : { [COMMIT]: open.commit, [ORDINAL]: open.ordinal, [NUMBERING]: numbering }),
  };
}

/** Throws POSTGRES_OFFSET_INVALID for an offset that nothing can start from. */
export function readOffset(offset: SourceOffset | undefined, numbering: string): StoredOffset {
  if (offset === undefined) return { state: 'none' };
  const source = offsetSource(offset);
  if (offset[STATE] === 'creating') return { state: 'creating', source };
  const lsn = lsnField(offset, 'lsn');
  if (offset[STATE] === 'snapshot' && lsn !== null)
    return { state: 'snapshot', from: lsn, run: textField(offset, RUN), source };
  if (isIncompleteSnapshot(offset)) return { state: 'foreign-snapshot' };
  const commit = lsnField(offset, 'lsn_commit');
  const done = commit ?? lsnField(offset, 'lsn_proc') ?? lsn;
  if (done === null)
    throw new ConnectorError(
      'POSTGRES_OFFSET_INVALID',
      `the stored offset has neither lsn_commit nor lsn_proc nor lsn; it has: ${Object.keys(offset).join(', ')}`,
    );
  return {
    state: 'stream',
    start: { done, resume: resumeOf(offset, numbering) },
    previousCommitEnd: commit,
    run: textField(offset, RUN),
    source,
  };
}

function resumeOf(offset: SourceOffset, numbering: string): Resume {
  if (offset[STATE] !== undefined) {
    const commit = lsnField(offset, COMMIT);
    const ordinal = lsnField(offset, ORDINAL);
    // Under another numbering the ordinal means another change: the transaction is delivered again, from its first change.
    if (commit === null || ordinal === null || offset[NUMBERING] !== numbering) return { kind: 'boundary' };
    return { kind: 'ordinal', commit, ordinal: Number(ordinal) };
  }
  const xid = lsnField(offset, 'txId');
  const lsn = lsnField(offset, 'lsn');
  const { messageType } = offset;
  if (xid === null || lsn === null || messageType === 'COMMIT' || isSet(offset, 'snapshot'))
    return { kind: 'boundary' };
  const processed = lsnField(offset, 'lsn_events_processed');
  // BEGIN has the LSN of the transaction's first change, which has not been delivered then.
  const eventsAtLsn = processed === null ? (messageType === 'BEGIN' ? 0 : null) : Number(processed);
  // Debezium notes the 32 bits of the wire for streamed transactions.
  return { kind: 'lsn', xid: Number(xid), lsn, eventsAtLsn };
}

function isIncompleteSnapshot(offset: SourceOffset): boolean {
  const completed = (name: string): boolean => offset[name] === true || offset[name] === 'true';
  return isSet(offset, 'snapshot') && !completed('snapshot_completed') && !completed('last_snapshot_record');
}

function isSet(offset: SourceOffset, name: string): boolean {
  const value = offset[name];
  return value !== undefined && value !== null && value !== false && value !== 'false';
}

function snapshotMarks(completed: boolean): SourceOffset {
  return { snapshot: 'INITIAL', last_snapshot_record: completed, snapshot_completed: completed };
}

function runField(run: string | null): SourceOffset {
  return run === null ? {} : { [RUN]: run };
}

/** What the offset belongs to, as far as it says so. */
export function offsetSource(offset: SourceOffset): OffsetSource {
  const timeline = lsnField(offset, TIMELINE);
  return {
    slot: textField(offset, SLOT),
    system: textField(offset, SYSTEM),
    ...(timeline === null ? {} : { timeline: Number(timeline) }),
  };
}

function sourceFields({ slot, system, timeline = null }: OffsetSource): SourceOffset {
  return {
    ...(slot === null ? {} : { [SLOT]: slot }),
    ...(system === null ? {} : { [SYSTEM]: system }),
    ...(timeline === null ? {} : { [TIMELINE]: timeline }),
  };
}

function textField(offset: SourceOffset, name: string): string | null {
  const value = offset[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}

/** A non-negative integer in whatever form it was stored; null: absent. Java stores LSNs as signed longs. */
function lsnField(offset: SourceOffset, name: string): bigint | null {
  const value: OffsetValue | undefined = offset[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return BigInt.asUintN(64, value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt.asUintN(64, BigInt(value));
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt.asUintN(64, BigInt(value));
  throw new ConnectorError('POSTGRES_OFFSET_INVALID', `the field ${name} of the stored offset is no integer`);
}
