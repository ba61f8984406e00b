import type { ChangeEvent, LogEvent } from '../change-event.ts';
import type { ChangeBatch, SourceOffset, SourcePartition } from '../change-batch.ts';
import type { Session } from './connection/session.ts';
import type { RelationRegistry } from './catalog/relation-registry.ts';
import type { DdlRecords } from './ddl/ddl-records.ts';
import type { PgoutputDecoder } from './decoder/pgoutput-decoder.ts';
import type { Handover } from './handover.ts';
import type { Lsn } from './lsn.ts';
import type { Rereader } from './reread/rereader.ts';
import type { SeenRun } from './snapshot/seen-run.ts';
import type { StreamPosition } from './position/stream-position.ts';
import type { StreamAside } from './stream-aside.ts';
import type { TransactionCursor } from './position/transaction-cursor.ts';
import type { PluginMessage, StreamFlow, StreamHandler } from './wire/replication-stream.ts';

export interface StreamReaderParts {
  readonly cursor: TransactionCursor;
  readonly decoder: PgoutputDecoder;
  readonly relations: RelationRegistry;
  /** For questions to the catalog. */
  readonly session: Session;
  readonly handover: Handover;
  readonly partition: SourcePartition;
  readonly offsetOf: (position: StreamPosition) => SourceOffset;
  /** A snapshot that has shown some of the changes. */
  readonly seen?: SeenRun | undefined;
  /** Rows of incremental snapshots, signals and notifications. */
  readonly aside?: StreamAside | undefined;
  /** Makes records of messages about DDL; undefined: none is captured. */
  readonly ddl?: DdlRecords | undefined;
  /** Reads values that were not sent; undefined: they stay away. */
  readonly rereader?: Pick<Rereader, 'concerns' | 'complete'> | undefined;
}

/** What a chunk reaches. */
interface Reached {
  readonly position: StreamPosition;
  readonly previousCommitEnd: Lsn | null;
  readonly bytes: number;
}

/** What an event costs beside its bytes: the objects that describe it. */
const EVENT_BYTES = 200;
/** Of what moves no position. */
const NOTHING_DONE: Lsn = 0n;

/**
 * The way from the socket to the task's host: one batch per read. Reading stops while the host has no room and while the catalog
 * is asked about a table; nothing is kept that was not handed over.
 */
export class StreamReader implements StreamHandler {
  readonly #parts: StreamReaderParts;
  readonly #failed = Promise.withResolvers<never>();
  #stream: StreamFlow | undefined;
  #holds = 0;
  #heldBack: LogEvent[] = [];
  #handedOver: StreamPosition | undefined;
  /** Settles when what was read before has been handed over, its values read. */
  #completing: Promise<void> | undefined;
  /** Settles when nobody holds what is read back. */
  #released: Promise<void> = Promise.resolve();
  #previousCommitEnd: Lsn | null = null;
  #lastHeardMs = performance.now();
  /** End of the last commit before what has been decoded since. */
  #doneBefore: Lsn = 0n;
  /** What somebody waits to be read. */
  #awaited: { readonly lsn: Lsn; readonly onRead: () => void } | undefined;
  #stop: { readonly at: Lsn; readonly onStopped: () => void } | undefined;
  /** Called when the server wants an answer. */
  onReplyRequested: () => void = () => undefined;

  constructor(parts: StreamReaderParts) {
    this.#parts = parts;
    this.#failed.promise.catch(() => undefined);
  }

  /** Rejects when the catalog could not be asked. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Up to here everything was handed over; undefined: nothing beyond where the session began. */
  get position(): StreamPosition | undefined {
    return this.#handedOver;
  }

  /** End of the last commit before `position`. */
  get previousCommitEnd(): Lsn | null {
    return this.#previousCommitEnd;
  }

  /** How long the server has been silent although somebody listened. */
  get silentMs(): number {
    return this.#holds > 0 ? 0 : performance.now() - this.#lastHeardMs;
  }

  attach(stream: StreamFlow): void {
    this.#stream = stream;
    // Messages may have come before anybody could say who pauses the stream.
    if (this.#holds > 0) stream.pause();
    else stream.resume();
  }

  message(message: PluginMessage): boolean {
    if (this.#stop !== undefined && commitOf(message) >= this.#stop.at) {
      this.#holds += 1;
      this.#stream?.pause();
      this.chunkEnd(0);
      const { onStopped } = this.#stop;
      // Once what came before it has been handed over; what becomes of a failure is told by `failed`.
      if (this.#completing === undefined) onStopped();
      else this.#completing.then(onStopped, () => undefined);
      return false;
    }
    if (this.#parts.decoder.decode(message)) return true;
    this.#hold(this.#parts.relations.refresh(this.#parts.session));
    return false;
  }

  keepalive(walEnd: Lsn, replyRequested: boolean): void {
    this.#parts.cursor.advance(walEnd);
    if (replyRequested) this.onReplyRequested();
  }

  chunkEnd(bytes: number): void {
    this.#lastHeardMs = performance.now();
    const { decoder, cursor, seen, aside } = this.#parts;
    const decoded = decoder.take();
    aside?.decoded(decoded);
    const events = this.#closed(seen === undefined ? decoded : seen.unseen(decoded, this.#doneBefore));
    const position = cursor.position();
    this.#doneBefore = cursor.done;
    if (this.#awaited !== undefined && cursor.done > this.#awaited.lsn) this.#returned(this.#awaited);
    if (position === undefined) {
      this.#withoutPlace(events, bytes);
      return;
    }
    const reached = { position, previousCommitEnd: cursor.previousCommitEnd, bytes };
    const { rereader } = this.#parts;
    if (rereader === undefined || (this.#completing === undefined && !rereader.concerns(events)))
      this.#pass(events, reached);
    else this.#completeFirst(rereader, events, reached);
  }

  #pass(events: readonly LogEvent[], { position, previousCommitEnd, bytes }: Reached): void {
    const { aside } = this.#parts;
    if (events.length > 0) {
      aside?.handedOver(events);
      this.#emit(events, position, bytes);
    } else if (aside?.isDue(position.done) === true) this.#emit(events, position, 0);
    this.#handedOver = position;
    this.#previousCommitEnd = previousCommitEnd;
    const { cursor } = this.#parts;
    if (this.#stop !== undefined && position.open === null && cursor.done >= this.#stop.at) this.#stop.onStopped();
  }

  /** Hands over once the values that events lack have been read; reading the stream waits. */
  #completeFirst(rereader: Pick<Rereader, 'complete'>, events: readonly LogEvent[], reached: Reached): void {
    const before = this.#completing ?? Promise.resolve();
    const completing = before.then(() => this.#passCompleted(rereader, events, reached));
    this.#completing = completing;
    const ended = (): void => {
      if (this.#completing === completing) this.#completing = undefined;
    };
    completing.then(ended, ended);
    this.#hold(completing);
  }

  /** All parts but the last move no position: they belong to its transaction. */
  async #passCompleted(
    rereader: Pick<Rereader, 'complete'>,
    events: readonly LogEvent[],
    reached: Reached,
  ): Promise<void> {
    for await (const part of rereader.complete(events)) {
      await this.#released;
      const bytes = part.bytes + (part.isLast ? reached.bytes : 0);
      if (part.isLast) this.#pass(part.events, { ...reached, bytes });
      else await this.#handPart(part.events, bytes);
    }
  }

  /** Nothing more is handed over, and nothing read, until the answer is called. */
  hold(): () => void {
    const released = Promise.withResolvers<undefined>();
    this.#released = Promise.all([this.#released, released.promise]).then(() => undefined);
    this.#hold(released.promise);
    return () => released.resolve(undefined);
  }

  /**
   * Hands over the transactions whose commit records lie before this place, and nothing behind them; calls `onStopped`, perhaps
   * more than once, when that is done and all there is before the place has come.
   */
  stopAt(at: Lsn, onStopped: () => void): void {
    this.#stop = { at, onStopped };
  }

  /** Holds those back that are not covered by a position yet: more may come at their LSN, with the next bytes from the server. */
  #closed(decoded: LogEvent[]): LogEvent[] {
    const { cursor } = this.#parts;
    const events = this.#heldBack.length === 0 ? decoded : [...this.#heldBack, ...decoded];
    const closed = events.findLastIndex((event) => isCovered(event, cursor)) + 1;
    this.#heldBack = closed === events.length ? [] : events.splice(closed);
    return events;
  }

  /** Calls `onRead` once when the transaction that wrote at this place has been read; while one is awaited, no other is. */
  awaitRead(lsn: Lsn, onRead: () => void): void {
    if (this.#awaited !== undefined) return;
    this.#awaited = { lsn, onRead };
    // It may have come before the answer to what wrote it.
    if (this.#parts.cursor.done > lsn) this.#returned(this.#awaited);
  }

  #returned({ onRead }: { readonly onRead: () => void }): void {
    this.#awaited = undefined;
    onRead();
  }

  /** While a transaction is gone on with: what was delivered of it is counted; a message before it waits for a place to store. */
  #withoutPlace(events: readonly LogEvent[], bytes: number): void {
    if (events.length === 0) return;
    const counted = events.filter(wasDelivered);
    this.#heldBack = [...events.filter((event) => !wasDelivered(event)), ...this.#heldBack];
    if (counted.length > 0) this.#hand(counted, [], { done: NOTHING_DONE, timeMicros: null }, bytes);
  }

  /** Hands over an event of the connector's own with the newest position, unless the host has no room. */
  emitAside(event: ChangeEvent): void {
    const position = this.#parts.cursor.position();
    if (this.#holds === 0 && position !== undefined) this.#emit([event], position, EVENT_BYTES);
  }

  /** Hands over what waits for this place aside from the changes, unless the host has no room: then it goes with the next ones. */
  emitDue(): void {
    const position = this.#parts.cursor.position();
    if (this.#holds > 0 || position === undefined || this.#parts.aside?.isDue(position.done) !== true) return;
    this.#emit([], position, 0);
  }

  /** Hands over the newest position when nothing else does: the slot moves although no captured table changes. */
  emitIdlePosition(): void {
    const { cursor, handover } = this.#parts;
    const position = cursor.position();
    if (this.#holds > 0 || position?.open !== null || !handover.idle || position.done <= handover.durable) return;
    this.#emit([], position, 0);
  }

  async #handPart(events: readonly LogEvent[], bytes: number): Promise<void> {
    const { ddl, handover, aside } = this.#parts;
    aside?.handedOver(events);
    const told = ddl === undefined ? events : ddl.replaced(events);
    const part = { events: told, offsets: [], bytes: bytes + events.length * EVENT_BYTES, continues: true };
    await handover.emit(part, NOTHING_DONE);
  }

  #emit(events: readonly ChangeEvent[], position: StreamPosition, bytes: number): void {
    const { partition, offsetOf, seen, aside } = this.#parts;
    const forgotten = seen?.forgotten().map((record) => ({ partition: record, offset: null })) ?? [];
    const more = aside?.take(position.done);
    const all = more === undefined || more.events.length === 0 ? events : [...events, ...more.events];
    const offsets = [{ partition, offset: offsetOf(position) }, ...forgotten, ...(more?.offsets ?? [])];
    this.#hand(all, offsets, position, bytes + (more?.bytes ?? 0));
  }

  // Four parameters: a batch, taken apart.
  #hand(
    events: readonly ChangeEvent[],
    offsets: ChangeBatch['offsets'],
    { done, timeMicros }: Pick<StreamPosition, 'done' | 'timeMicros'>,
    bytes: number,
  ): void {
    const { ddl, handover } = this.#parts;
    const told = ddl === undefined ? events : ddl.replaced(events);
    const batch = { events: told, offsets, bytes: bytes + events.length * EVENT_BYTES };
    const room = handover.emit(batch, done, timeMicros);
    if (room !== undefined) this.#hold(room);
  }

  /** Reads no further until the promise settles. */
  #hold(until: Promise<unknown>): void {
    this.#holds += 1;
    this.#stream?.pause();
    until.then(() => {
      this.#holds -= 1;
      this.#lastHeardMs = performance.now();
      if (this.#holds === 0) this.#stream?.resume();
    }, this.#failed.reject);
  }
}

const BEGIN = 'B'.charCodeAt(0);

/** The place of the commit record of the transaction that a message begins; 0: it begins none. */
function commitOf({ bytes, start }: PluginMessage): Lsn {
  return bytes[start] === BEGIN ? bytes.readBigUInt64BE(start + 1) : 0n;
}

/** Whether the newest position is behind the event. */
function isCovered(event: LogEvent, cursor: TransactionCursor): boolean {
  if (event.kind === 'delivered') return true;
  if (event.kind === 'transaction') return event.mark === 'end' || cursor.hasEntered(event.transaction);
  return !cursor.isOpen(event.positionHigh, event.positionLow);
}

function wasDelivered(event: LogEvent): boolean {
  return event.kind === 'delivered' || (event.kind === 'transaction' && event.delivered);
}
