import type { PostgresTransaction } from '../../change-event.ts';
import { lsnOf, type Lsn } from '../lsn.ts';
import type { MessageType, Resume, StartPoint, StreamPosition } from './stream-position.ts';

/** What a Begin message says. */
export interface Begin {
  /** Start of the commit record. */
  readonly commit: Lsn;
  readonly timeMicros: bigint;
  readonly xid: number;
}

export interface CursorStart {
  readonly database: string;
  readonly start: StartPoint;
  readonly previousCommitEnd: Lsn | null;
  /** End of the server's log before the session began. */
  readonly logEnd: Lsn;
  /** `source.xmin` of transactions that begin now; undefined: they have none. */
  readonly xmin?: (() => number | undefined) | undefined;
}

/** The transaction that the stream is in. */
interface Open extends Begin {
  /** True when all of it was delivered in an earlier life: the slot is behind the stored offset. */
  readonly replayed: boolean;
}

/**
 * Knows at every moment which changes have been handed over: counts the changes of each transaction, before any filter, and
 * tells those of an earlier life from new ones. The server always sends whole transactions, in the order of their commits.
 */
export class TransactionCursor {
  readonly #database: string;
  readonly #logEnd: Lsn;
  readonly #xmin: CursorStart['xmin'];
  #done: Lsn;
  #resume: Resume;
  #open: Open | undefined;
  #transaction: PostgresTransaction | undefined;
  /** End of the last commit seen; first element of Debezium's `source.sequence`. */
  #previousCommitEnd: Lsn | null;
  #ordinal = 0;
  /** Changes of the open transaction before those that have the newest LSN. */
  #completeOrdinal = 0;
  /** Changes of the open transaction that were delivered in an earlier life. */
  #resumedOrdinal = 0;
  #skipping = false;
  // LSN of the last change and of the last one that no change shares any more, in unsigned halves: no bigint per row.
  #high = 0;
  #low = 0;
  #completeHigh = 0;
  #completeLow = 0;
  #kind: MessageType = 'COMMIT';
  #completeKind: MessageType = 'COMMIT';
  #commits = 0;
  #lastXid: number | null = null;
  #lastTimeMicros: bigint | null = null;

  constructor({ database, start, previousCommitEnd, logEnd, xmin }: CursorStart) {
    this.#database = database;
    this.#done = start.done;
    this.#resume = start.resume;
    this.#previousCommitEnd = previousCommitEnd;
    this.#logEnd = logEnd;
    this.#xmin = xmin;
  }

  get done(): Lsn {
    return this.#done;
  }

  get ordinal(): number {
    return this.#ordinal;
  }

  get inTransaction(): boolean {
    return this.#open !== undefined;
  }

  /** Transactions seen to their end. */
  get commits(): number {
    return this.#commits;
  }

  /** Of the last of them; null before the first. */
  get lastXid(): number | null {
    return this.#lastXid;
  }

  get previousCommitEnd(): Lsn | null {
    return this.#previousCommitEnd;
  }

  /** What the changes of the transaction refer to. */
  get transaction(): PostgresTransaction {
    if (this.#transaction === undefined)
      throw new RangeError('a change outside of a transaction: the stream is broken');
    return this.#transaction;
  }

  /** Resumed: its first changes were delivered in an earlier life; replayed: all of it was. */
  begin(begin: Begin): 'new' | 'resumed' | 'replayed' {
    // A finished transaction's commit record starts before its end, and `done` is an end; equality means the next one.
    const replayed = begin.commit < this.#done;
    this.#open = { ...begin, replayed };
    this.#transaction = {
      source: 'postgresql',
      database: this.#database,
      xid: begin.xid,
      timeMicros: begin.timeMicros,
      commitLsn: begin.commit,
      previousCommitEnd: this.#previousCommitEnd,
      snapshot: 'false',
    };
    if (this.#xmin !== undefined) this.#transaction = withXmin(this.#transaction, this.#xmin());
    this.#ordinal = this.#completeOrdinal = this.#resumedOrdinal = 0;
    this.#high = this.#low = this.#completeHigh = this.#completeLow = 0;
    if (replayed) {
      this.#skipping = true;
      return 'replayed';
    }
    const { kind } = this.#resume;
    const resumed =
      (this.#resume.kind === 'ordinal' && this.#resume.commit === begin.commit) ||
      (this.#resume.kind === 'lsn' && this.#resume.xid === begin.xid);
    this.#skipping = resumed;
    if (!resumed && kind !== 'boundary') this.#resume = { kind: 'boundary' };
    return resumed ? 'resumed' : 'new';
  }

  /** Where the open transaction was made first. */
  origin(name: string, lsn: Lsn): void {
    this.#transaction = { ...this.transaction, origin: { name, lsn } };
  }

  /** Counts a change. False: it was delivered in an earlier life. */
  count(positionHigh: number, positionLow: number, kind: MessageType): boolean {
    this.#ordinal += 1;
    if (positionLow !== this.#low || positionHigh !== this.#high) {
      this.#completeHigh = this.#high;
      this.#completeLow = this.#low;
      this.#completeKind = this.#kind;
      this.#completeOrdinal = this.#ordinal - 1;
      this.#high = positionHigh;
      this.#low = positionLow;
    }
    this.#kind = kind;
    return !this.#skipping || !this.#delivered();
  }

  /** `end`: end of the commit record. Undefined: all of the transaction was delivered in an earlier life. */
  commit(end: Lsn): PostgresTransaction | undefined {
    const open = this.#open;
    if (open === undefined) throw new RangeError('a commit without a begin: the stream is broken');
    if (!open.replayed) {
      this.#done = end;
      this.#resume = { kind: 'boundary' };
    }
    this.#previousCommitEnd = end;
    this.#commits += 1;
    this.#lastXid = open.xid;
    this.#lastTimeMicros = open.timeMicros;
    this.#open = undefined;
    this.#skipping = false;
    this.#completeOrdinal = this.#resumedOrdinal = 0;
    return open.replayed ? undefined : this.transaction;
  }

  /**
   * Takes a message outside of transactions, whose record ends at `end`: the server has sent every transaction that committed
   * before. Undefined: it was delivered in an earlier life; else what the message refers to, as with Debezium, which takes it
   * for a commit of its own.
   */
  message(end: Lsn): PostgresTransaction | undefined {
    if (this.#open !== undefined) throw new RangeError('a message that is not part of the transaction it comes in');
    if (end <= this.#done) return undefined;
    if (this.#isMissed(end)) this.#resume = { kind: 'boundary' };
    this.#done = end;
    this.#previousCommitEnd = end;
    return {
      source: 'postgresql',
      database: this.#database,
      xid: null,
      timeMicros: this.#lastTimeMicros ?? BigInt(Date.now()) * 1000n,
      commitLsn: end,
      previousCommitEnd: end,
      snapshot: 'false',
    };
  }

  /** The server says that it sent everything before `end`. Counts between transactions only; true when that is news. */
  advance(end: Lsn): boolean {
    if (this.#open !== undefined || end <= this.#done) return false;
    // An interrupted transaction was in the log when the session began: past that, it comes no more.
    if (this.#resume.kind !== 'boundary' && end < this.#logEnd) return false;
    this.#resume = { kind: 'boundary' };
    this.#done = end;
    return true;
  }

  /** Whether the open transaction was delivered whole in an earlier life. */
  get isReplaying(): boolean {
    return this.#open?.replayed === true;
  }

  /** Whether `position` is behind the begin of this transaction. */
  hasEntered(transaction: PostgresTransaction): boolean {
    return this.#open?.commit !== transaction.commitLsn || this.#completeOrdinal > 0;
  }

  /** Whether more changes may come that have this LSN. */
  isOpen(positionHigh: number, positionLow: number): boolean {
    return this.#open !== undefined && positionHigh === this.#high && positionLow === this.#low;
  }

  /**
   * The place behind all changes whose LSN no other change will have: Debezium goes on behind an LSN, so that a place amid those
   * of one LSN would have it repeat them or leave them out. Undefined while it is not behind what was delivered before the start.
   */
  position(): StreamPosition | undefined {
    const open = this.#open;
    if (this.#skipping || this.#completeOrdinal < this.#resumedOrdinal) return undefined;
    if (open === undefined || this.#completeOrdinal === 0)
      return this.#resume.kind === 'boundary' ? this.#boundary() : undefined;
    return {
      done: this.#done,
      open: { commit: open.commit, ordinal: this.#completeOrdinal },
      lsn: lsnOf(this.#completeHigh, this.#completeLow),
      messageType: this.#completeKind,
      xid: open.xid,
      timeMicros: open.timeMicros,
    };
  }

  /** Whether an interrupted transaction comes no more once something behind this place was sent. */
  #isMissed(end: Lsn): boolean {
    return this.#resume.kind === 'ordinal' ? end > this.#resume.commit : end >= this.#logEnd;
  }

  #boundary(): StreamPosition {
    return {
      done: this.#done,
      open: null,
      lsn: this.#done,
      messageType: 'COMMIT',
      xid: this.#lastXid,
      timeMicros: this.#lastTimeMicros,
    };
  }

  /** Whether the change just counted belongs to what was delivered before; ends the skipping with the first that does not. */
  #delivered(): boolean {
    if (this.#open?.replayed === true) return true;
    const resume = this.#resume;
    if (resume.kind === 'ordinal') {
      // The last one to skip ends it, so that the position is known from there on even if nothing follows for long.
      if (this.#ordinal >= resume.ordinal) this.#endSkipping(this.#ordinal);
      return this.#ordinal <= resume.ordinal;
    }
    if (resume.kind === 'lsn' && this.#isBefore(resume)) return true;
    this.#endSkipping(this.#ordinal - 1);
    return false;
  }

  #isBefore(resume: Extract<Resume, { kind: 'lsn' }>): boolean {
    const lsn = lsnOf(this.#high, this.#low);
    if (lsn !== resume.lsn) return lsn < resume.lsn;
    if (resume.eventsAtLsn === null) return true;
    if (resume.eventsAtLsn === 0) return false;
    this.#resume = { ...resume, eventsAtLsn: resume.eventsAtLsn - 1 };
    return true;
  }

  #endSkipping(delivered: number): void {
    this.#skipping = false;
    this.#resumedOrdinal = delivered;
    this.#resume = { kind: 'boundary' };
  }
}

function withXmin(transaction: PostgresTransaction, xmin: number | undefined): PostgresTransaction {
  return xmin === undefined ? transaction : { ...transaction, xmin };
}
