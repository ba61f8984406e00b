import type { LogEvent, LogicalMessage, PostgresTransaction, RowChange, TransactionMark } from '../../change-event.ts';
import type { RowImage } from '../../row-image.ts';
import type { ChangeCounts } from '../change-counts.ts';
import { lsnOf } from '../lsn.ts';
import type { MessageType } from '../position/stream-position.ts';
import type { TransactionCursor } from '../position/transaction-cursor.ts';
import { int32, uint32 } from '../wire/big-endian.ts';
import type { PluginMessage } from '../wire/replication-stream.ts';
import type { DecoderFilters, MessageFilter } from './decoder-filters.ts';
import { readMessage } from './logical-message.ts';
import type { RelationPlan, Relations } from './relation-plan.ts';
import { TupleReader } from './tuple-reader.ts';
import { asksForLabel } from './unknown-labels.ts';

const BEGIN = 66; // B
const COMMIT = 67; // C
const RELATION = 82; // R
const TYPE = 89; // Y
const INSERT = 73; // I
const UPDATE = 85; // U
const DELETE = 68; // D
const TRUNCATE = 84; // T
const MESSAGE = 77; // M
const ORIGIN = 79; // O

/** Microseconds from 1970-01-01 to PostgreSQL's epoch, 2000-01-01. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n;

type Images = Pick<RowChange, 'before' | 'after' | 'partialBefore'>;

/**
 * Turns pgoutput messages (PostgreSQL 18 manual, 54.9, protocol version 1) into changes whose rows are ranges of the bytes they
 * came in: no string, no bigint and no object per value.
 */
export class PgoutputDecoder {
  readonly #cursor: TransactionCursor;
  readonly #relations: Relations;
  readonly #counts: ChangeCounts;
  readonly #tuples = new TupleReader();
  readonly #skipInserts: boolean;
  readonly #skipUpdates: boolean;
  readonly #skipDeletes: boolean;
  readonly #skipTruncates: boolean;
  readonly #wantsMessage: MessageFilter;
  readonly #marksTransactions: boolean;
  #events: LogEvent[] = [];
  /** The table of the last change, if that waits for labels of its enums. */
  #relabelled: number | undefined;
  // The message being decoded.
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #high = 0;
  #low = 0;
  /** It was delivered in an earlier life, and is wanted only to be counted. */
  #isDelivered = false;

  constructor(
    cursor: TransactionCursor,
    relations: Relations,
    { skipped, messages = () => false, transactions = false }: DecoderFilters,
    counts: ChangeCounts,
  ) {
    this.#cursor = cursor;
    this.#relations = relations;
    this.#counts = counts;
    this.#skipInserts = skipped.has('c');
    this.#skipUpdates = skipped.has('u');
    this.#skipDeletes = skipped.has('d');
    this.#skipTruncates = skipped.has('t');
    this.#wantsMessage = messages;
    this.#marksTransactions = transactions;
  }

  /** What was decoded since the last call. */
  take(): LogEvent[] {
    if (this.#relabelled !== undefined) this.#relabel(this.#relabelled);
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  /** False: the catalog has to be asked before the next message. Throws a RangeError for what is no pgoutput. */
  decode({ bytes, start, end, high, low }: PluginMessage): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.#high = high;
    this.#low = low;
    if (this.#relabelled !== undefined) this.#relabel(this.#relabelled);
    const body = start + 1;
    switch (bytes[start]) {
      case INSERT:
        return this.#passesOver('INSERT') || this.#insert(body);
      case UPDATE:
        return this.#passesOver('UPDATE') || this.#update(body);
      case DELETE:
        if (!this.#passesOver('DELETE')) this.#delete(body);
        return true;
      case BEGIN:
        this.#begin(body);
        return true;
      case COMMIT:
        this.#commit(body);
        return true;
      case RELATION:
        return this.#relations.define(bytes, body);
      case TYPE:
        this.#relations.noteType(bytes, body);
        return true;
      case TRUNCATE:
        this.#truncate(body);
        return true;
      case MESSAGE:
        this.#message(body);
        return true;
      case ORIGIN:
        this.#cursor.origin(bytes.toString('utf8', body + 8, bytes.indexOf(0, body + 8)), bytes.readBigUInt64BE(body));
        return true;
      default:
        return true;
    }
  }

  /** Counts a change. True: it was delivered in an earlier life, and nobody counts those. */
  #passesOver(kind: MessageType): boolean {
    this.#isDelivered = !this.#cursor.count(this.#high, this.#low, kind);
    return this.#isDelivered && (!this.#marksTransactions || this.#cursor.isReplaying);
  }

  #begin(at: number): void {
    const bytes = this.#bytes;
    const begun = this.#cursor.begin({
      commit: bytes.readBigUInt64BE(at),
      timeMicros: bytes.readBigInt64BE(at + 8) + POSTGRES_EPOCH_MICROS,
      xid: uint32(bytes, at + 16),
    });
    if (begun !== 'replayed') this.#mark('begin', this.#cursor.transaction, begun === 'resumed');
  }

  #commit(at: number): void {
    const transaction = this.#cursor.commit(this.#bytes.readBigUInt64BE(at + 9));
    if (transaction !== undefined) this.#mark('end', transaction, false);
  }

  #mark(mark: TransactionMark['mark'], transaction: PostgresTransaction, delivered: boolean): void {
    if (!this.#marksTransactions) return;
    const [positionHigh, positionLow] = [this.#high, this.#low];
    this.#events.push({ kind: 'transaction', mark, transaction, positionHigh, positionLow, delivered });
  }

  #insert(at: number): boolean {
    const plan = this.#plan(at);
    if (this.#skipInserts) return true;
    this.#counts.creates += 1;
    if (plan === null) return this.#filtered();
    this.#tuples.open(this.#bytes, this.#end);
    const after = this.#tuples.row(at + 5, plan);
    this.#push('c', plan, { before: null, after, partialBefore: false });
    return plan.enums.length === 0 || this.#hasKnownLabels(at, plan, after);
  }

  #update(at: number): boolean {
    const plan = this.#plan(at);
    if (this.#skipUpdates) return true;
    this.#counts.updates += 1;
    if (plan === null) return this.#filtered();
    const tuples = this.#tuples;
    tuples.open(this.#bytes, this.#end);
    const after = tuples.updated(at + 4, plan);
    this.#push('u', plan, { before: tuples.before, after, partialBefore: tuples.isPartial(at + 4) });
    return plan.enums.length === 0 || this.#hasKnownLabels(at, plan, after);
  }

  #delete(at: number): void {
    const plan = this.#plan(at);
    if (this.#skipDeletes) return;
    this.#counts.deletes += 1;
    if (plan === null) {
      this.#filtered();
      return;
    }
    this.#tuples.open(this.#bytes, this.#end);
    const before = this.#tuples.row(at + 5, plan);
    this.#push('d', plan, { before, after: null, partialBefore: this.#tuples.isPartial(at + 4) });
  }

  /** One message for all tables of the statement: each counts as a change of its own, in the order listed. */
  #truncate(at: number): void {
    const count = int32(this.#bytes, at);
    for (let table = 0; table < count; table += 1) {
      if (this.#passesOver('TRUNCATE')) continue;
      const plan = this.#plan(at + 5 + 4 * table);
      if (this.#skipTruncates) continue;
      this.#counts.truncates += 1;
      if (plan === null) this.#filtered();
      else this.#push('t', plan, { before: null, after: null, partialBefore: false });
    }
  }

  #message(at: number): void {
    const { transactional, prefix, content, end } = readMessage(this.#bytes, at);
    const transaction = transactional ? this.#messageInside() : this.#messageAlone();
    if (transaction === undefined || !this.#wantsMessage(prefix)) return;
    if (end !== this.#end)
      throw new RangeError(`a message ends at ${this.#end}, its content at ${end}: the stream is broken`);
    this.#add({
      kind: 'message',
      prefix,
      content,
      transactional,
      transaction,
      positionHigh: this.#high,
      positionLow: this.#low,
      ordinal: transactional ? this.#cursor.ordinal : 0,
    });
  }

  /** Counts as a change of the transaction that it is in. */
  #messageInside(): PostgresTransaction | undefined {
    return this.#passesOver('MESSAGE') ? undefined : this.#cursor.transaction;
  }

  #messageAlone(): PostgresTransaction | undefined {
    this.#isDelivered = false;
    return this.#cursor.message(lsnOf(this.#high, this.#low));
  }

  /** A change of a table that is not captured: there is nothing more to do. */
  #filtered(): true {
    this.#counts.filtered += 1;
    return true;
  }

  #plan(at: number): RelationPlan | null {
    const oid = uint32(this.#bytes, at);
    const plan = this.#relations.plan(oid);
    if (plan === undefined) throw new RangeError(`a change of the unknown relation ${oid}: the stream is broken`);
    return plan;
  }

  /** False: a label was added to an enum since the catalog was asked. */
  #hasKnownLabels(at: number, plan: RelationPlan, row: RowImage): boolean {
    const oid = uint32(this.#bytes, at);
    if (!asksForLabel({ oid, enums: plan.enums, row }, this.#relations)) return true;
    this.#relabelled = oid;
    return false;
  }

  /** Gives the last change the schema with the labels that were asked for. */
  #relabel(oid: number): void {
    this.#relabelled = undefined;
    const last = this.#events.at(-1);
    const table = this.#relations.plan(oid)?.schema;
    if (last?.kind !== 'row' || table === undefined) return;
    this.#events[this.#events.length - 1] = { ...last, table };
  }

  #push(op: RowChange['op'], plan: RelationPlan, { before, after, partialBefore }: Images): void {
    this.#add({
      kind: 'row',
      op,
      table: plan.schema,
      before,
      partialBefore,
      after,
      transaction: this.#cursor.transaction,
      positionHigh: this.#high,
      positionLow: this.#low,
      ordinal: this.#cursor.ordinal,
    });
  }

  #add(event: RowChange | LogicalMessage): void {
    if (this.#isDelivered) this.#events.push({ kind: 'delivered', event });
    else this.#events.push(event);
  }
}
