import type { TaskLog } from '../../source-connector.ts';
import { formatLsn, type Lsn } from '../lsn.ts';
import { uint32 } from '../wire/big-endian.ts';
import type { PluginMessage, StreamFlow, StreamHandler } from '../wire/replication-stream.ts';
import { HeldTransaction } from './held-transaction.ts';
import type { PreparedPositions } from './prepared-positions.ts';
import { RelationVersions } from './relation-versions.ts';
import { replay } from './replay.ts';
import type { Spool } from './spool.ts';
import {
  beginMessage,
  commitMessage,
  readCommitPrepared,
  readStreamCommit,
  type TransactionEnd,
} from './transaction-end.ts';

const COMMIT = 67; // C
const RELATION = 82; // R
const TYPE = 89; // Y
const ORIGIN = 79; // O
const INSERT = 73; // I
const STREAM_START = 83; // S
const STREAM_STOP = 69; // E
const STREAM_COMMIT = 99; // c
const STREAM_ABORT = 65; // A
const BEGIN_PREPARE = 98; // b
const PREPARE = 80; // P
const STREAM_PREPARE = 112; // p
const COMMIT_PREPARED = 75; // K
const ROLLBACK_PREPARED = 114; // r

/** What is kept of a block: Relation, Type, Insert, Update, Delete, Truncate and logical messages. */
const KEPT = new Set([RELATION, TYPE, INSERT, 85, 68, 84, 77]);

/** Who reads the stream as if every transaction came at its end. */
export interface CommittedReader extends StreamHandler {
  attach(flow: StreamFlow): void;
}

export interface HeldTransactionsParts {
  readonly reader: CommittedReader;
  readonly spool: Spool;
  /** Undefined: the slot does not send prepared transactions before they commit. */
  readonly prepared: PreparedPositions | undefined;
  /** Whether the server says nothing of a transaction without changes (PostgreSQL 15 and later). */
  readonly omitsEmpty: boolean;
  readonly log: TaskLog;
}

/** The transaction whose block is being received, and in which form. */
interface Block {
  readonly transaction: HeldTransaction;
  readonly form: 'streamed' | 'prepared';
}

/**
 * Stands between the socket and the reader where changes come before their transactions have ended (protocol versions 2 and 3). It
 * keeps them on disk, drops what is rolled back, and hands the rest over once the commit is known, in the messages and with the
 * places in the log with which it would have come at its end: whoever reads them counts the same changes in the same order.
 */
export class HeldTransactions implements StreamHandler {
  readonly #parts: HeldTransactionsParts;
  readonly #held = new Map<number, HeldTransaction>();
  readonly #versions = new RelationVersions();
  readonly #failed = Promise.withResolvers<never>();
  #block: Block | undefined;
  #stream: StreamFlow | undefined;
  #isReaderPaused = false;
  #isReplaying = false;
  #roomAwaited: PromiseWithResolvers<undefined> | undefined;
  #isClosed = false;

  constructor(parts: HeldTransactionsParts) {
    this.#parts = parts;
    this.#failed.promise.catch(() => undefined);
    parts.spool.failed.catch(this.#failed.reject);
    parts.spool.onRoom = () => this.#flow();
  }

  /** Rejects when what was kept could not be written, read back or handed over. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Transactions whose end is not known. */
  get transactions(): number {
    return this.#held.size;
  }

  attach(stream: StreamFlow): void {
    this.#stream = stream;
    this.#parts.reader.attach({
      pause: () => {
        this.#isReaderPaused = true;
        this.#flow();
      },
      resume: () => {
        this.#isReaderPaused = false;
        this.#roomAwaited?.resolve(undefined);
        this.#flow();
      },
    });
  }

  message(message: PluginMessage): boolean {
    const { bytes, start, end } = message;
    if (this.#block !== undefined) return this.#takeBlock(this.#block, message);
    switch (bytes[start]) {
      case STREAM_START:
        this.#block = { transaction: this.#transaction(uint32(bytes, start + 1)), form: 'streamed' };
        return true;
      case STREAM_ABORT:
        this.#abort(uint32(bytes, start + 1), uint32(bytes, start + 5));
        return true;
      case STREAM_COMMIT:
        return this.#commit(readStreamCommit(bytes, start));
      case BEGIN_PREPARE:
        this.#block = { transaction: this.#transaction(uint32(bytes, start + 25)), form: 'prepared' };
        return true;
      case STREAM_PREPARE:
        this.#prepare(bytes, start);
        return true;
      case COMMIT_PREPARED:
        return this.#commitPrepared(readCommitPrepared(bytes, start));
      case ROLLBACK_PREPARED:
        this.#rollBackPrepared(bytes, start);
        return true;
      case COMMIT:
        this.#parts.prepared?.heard(bytes.readBigUInt64BE(start + 10));
        return this.#parts.reader.message(message);
      case RELATION:
        this.#versions.apply(bytes, start, end, this.#versions.arrive());
        return this.#parts.reader.message(message);
      default:
        return this.#parts.reader.message(message);
    }
  }

  keepalive(walEnd: Lsn, replyRequested: boolean): void {
    this.#parts.prepared?.heard(walEnd);
    this.#parts.reader.keepalive(walEnd, replyRequested);
  }

  chunkEnd(bytes: number): void {
    this.#parts.reader.chunkEnd(bytes);
    if (this.#parts.spool.isFull) this.#flow();
  }

  /** Nothing is handed over from this call on; settles when all files are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#roomAwaited?.resolve(undefined);
    const held = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(held.map((transaction) => transaction.close()));
  }

  #transaction(xid: number): HeldTransaction {
    const known = this.#held.get(xid);
    if (known !== undefined) return known;
    const transaction = new HeldTransaction(xid, this.#parts.spool);
    this.#held.set(xid, transaction);
    return transaction;
  }

  #takeBlock({ transaction, form }: Block, message: PluginMessage): boolean {
    const { bytes, start, end, high, low } = message;
    const type = bytes[start] ?? 0;
    if (type === STREAM_STOP || type === PREPARE) {
      this.#block = undefined;
      transaction.flush();
      if (type === PREPARE) this.#prepare(bytes, start);
      return true;
    }
    if (type === ORIGIN) {
      transaction.origin = Buffer.from(bytes.subarray(start, end)); // each block says it again
      return true;
    }
    if (!KEPT.has(type)) throw new RangeError(`a message ${type} within a transaction that has not ended`);
    // Within streamed blocks each message names its subtransaction.
    const from = form === 'streamed' ? start + 5 : start + 1;
    const subtransaction = form === 'streamed' ? uint32(bytes, start + 1) : transaction.xid;
    // A Relation message has no place in the log; where it came is kept instead.
    const arrival = type === RELATION ? this.#versions.arrive() : undefined;
    const place = arrival === undefined ? { high, low } : { high: 0, low: arrival };
    transaction.append({ bytes, start, from, end, ...place }, subtransaction);
    if (form === 'streamed' || (type !== RELATION && type !== TYPE)) return true;
    // Outside of streamed blocks the server takes it for known from here on, by all transactions.
    if (arrival !== undefined) this.#versions.apply(bytes, start, end, arrival);
    return this.#parts.reader.message(message);
  }

  #abort(xid: number, subtransaction: number): void {
    if (xid === subtransaction) this.#drop(xid);
    else this.#held.get(xid)?.abort(subtransaction);
  }

  #prepare(bytes: Buffer, start: number): void {
    const { prepared } = this.#parts;
    prepared?.prepared(uint32(bytes, start + 26), bytes.readBigUInt64BE(start + 2));
    prepared?.heard(bytes.readBigUInt64BE(start + 10));
  }

  #commitPrepared(end: TransactionEnd): boolean {
    const { prepared, log } = this.#parts;
    // The server says nothing at the PREPARE of a transaction that has changed no table, so that it cannot be told from a lost one.
    if (!this.#held.has(end.xid))
      log.warn(
        { xid: end.xid, commit: formatLsn(end.commit) },
        'nothing came of a prepared transaction that has committed: it changed no table, or the slot was moved past its PREPARE by somebody else',
      );
    prepared?.committed(end.xid, end.end);
    return this.#commit(end);
  }

  #rollBackPrepared(bytes: Buffer, start: number): void {
    const xid = uint32(bytes, start + 34);
    this.#parts.prepared?.rolledBack(xid);
    this.#parts.prepared?.heard(bytes.readBigUInt64BE(start + 10));
    this.#drop(xid);
  }

  /** True when there is nothing to hand over; else the stream waits until all of it is. */
  #commit(end: TransactionEnd): boolean {
    this.#parts.prepared?.heard(end.end);
    const transaction = this.#held.get(end.xid);
    if (transaction === undefined || transaction.isEmpty) {
      this.#drop(end.xid);
      // Where transactions come at their end, too, nothing would have come of this one.
      if (this.#parts.omitsEmpty) {
        this.#parts.reader.keepalive(end.end, false);
        return true;
      }
      return this.#say(beginMessage(end)) && this.#say(commitMessage(end));
    }
    this.#isReplaying = true;
    this.#replay(transaction, end).then(() => {
      this.#isReplaying = false;
      this.#flow();
    }, this.#failed.reject);
    return false;
  }

  async #replay(transaction: HeldTransaction, end: TransactionEnd): Promise<void> {
    const { reader, log } = this.#parts;
    log.debug({ xid: end.xid, bytes: transaction.file.size }, 'handing over a transaction from the spool');
    this.#say(beginMessage(end));
    if (transaction.origin !== undefined) this.#say(transaction.origin);
    await replay(transaction.file, {
      message: (message) => this.#replayed(message),
      chunkEnd: (bytes) => reader.chunkEnd(bytes),
      room: () => this.#room(),
    });
    this.#say(commitMessage(end));
    for (const relation of this.#versions.takeOutdated()) {
      if (!this.#say(relation)) await this.#room();
    }
    reader.chunkEnd(0);
    this.#drop(end.xid);
  }

  #replayed(message: PluginMessage): boolean {
    const { bytes, start, end, low } = message;
    if (bytes[start] === RELATION) this.#versions.apply(bytes, start, end, low);
    return this.#parts.reader.message(message);
  }

  /** Gives the reader a message of our own. */
  #say(bytes: Buffer): boolean {
    return this.#parts.reader.message({ bytes, start: 0, end: bytes.length, high: 0, low: 0 });
  }

  /** Settles when the reader takes more. */
  async #room(): Promise<void> {
    while (this.#isReaderPaused && !this.#isClosed) {
      this.#roomAwaited = Promise.withResolvers<undefined>();
      await this.#roomAwaited.promise;
    }
    if (this.#isClosed) throw new Error('the stream is closed');
  }

  #drop(xid: number): void {
    const transaction = this.#held.get(xid);
    this.#held.delete(xid);
    transaction?.close().catch((error: unknown) => this.#parts.spool.fail(error));
  }

  #flow(): void {
    if (this.#isReaderPaused || this.#isReplaying || this.#parts.spool.isFull) this.#stream?.pause();
    else this.#stream?.resume();
  }
}
