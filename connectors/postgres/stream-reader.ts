import type { ChangeEvent, RowChange } from '../change-event.ts';
import type { SourceOffset, SourcePartition } from '../change-batch.ts';
import type { Session } from './connection/session.ts';
import type { RelationRegistry } from './catalog/relation-registry.ts';
import type { PgoutputDecoder } from './decoder/pgoutput-decoder.ts';
import type { Handover } from './handover.ts';
import type { Lsn } from './lsn.ts';
import type { SeenRun } from './snapshot/seen-run.ts';
import type { StreamPosition } from './position/stream-position.ts';
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
}

/** What an event costs beside its bytes: the objects that describe it. */
const EVENT_BYTES = 200;

/**
 * The way from the socket to the task's host: one batch per read. Reading stops while the host has no room and while the catalog
 * is asked about a table; nothing is kept that was not handed over.
 */
export class StreamReader implements StreamHandler {
  readonly #parts: StreamReaderParts;
  readonly #failed = Promise.withResolvers<never>();
  #stream: StreamFlow | undefined;
  #holds = 0;
  #heldBack: RowChange[] = [];
  #handedOver: StreamPosition | undefined;
  #previousCommitEnd: Lsn | null = null;
  #lastHeardMs = performance.now();
  /** End of the last commit before what has been decoded since. */
  #doneBefore: Lsn = 0n;
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
    const { decoder, cursor, seen } = this.#parts;
    const decoded = decoder.take();
    const events = this.#closed(seen === undefined ? decoded : seen.unseen(decoded, this.#doneBefore));
    const position = cursor.position();
    this.#doneBefore = cursor.done;
    if (events.length > 0 && position !== undefined) this.#emit(events, position, bytes);
    if (position === undefined) return;
    this.#handedOver = position;
    this.#previousCommitEnd = this.#parts.cursor.previousCommitEnd;
  }

  /** Holds those back that are not covered by a position yet: more may come at their LSN, with the next bytes from the server. */
  #closed(decoded: RowChange[]): RowChange[] {
    const { cursor } = this.#parts;
    const events = this.#heldBack.length === 0 ? decoded : [...this.#heldBack, ...decoded];
    const closed = events.findLastIndex((event) => !cursor.isOpen(event.positionHigh, event.positionLow)) + 1;
    this.#heldBack = closed === events.length ? [] : events.splice(closed);
    return events;
  }

  /** Hands over an event of the connector's own with the newest position, unless the host has no room. */
  emitAside(event: ChangeEvent): void {
    const position = this.#parts.cursor.position();
    if (this.#holds === 0 && position !== undefined) this.#emit([event], position, EVENT_BYTES);
  }

  /** Hands over the newest position when nothing else does: the slot moves although no captured table changes. */
  emitIdlePosition(): void {
    const { cursor, handover } = this.#parts;
    const position = cursor.position();
    if (this.#holds > 0 || position?.open !== null || !handover.idle || position.done <= handover.durable) return;
    this.#emit([], position, 0);
  }

  #emit(events: readonly ChangeEvent[], position: StreamPosition, bytes: number): void {
    const { handover, partition, offsetOf, seen } = this.#parts;
    const forgotten = seen?.forgotten().map((record) => ({ partition: record, offset: null })) ?? [];
    const batch = {
      events,
      offsets: [{ partition, offset: offsetOf(position) }, ...forgotten],
      bytes: bytes + events.length * EVENT_BYTES,
    };
    const room = handover.emit(batch, position.done, position.timeMicros);
    if (room !== undefined) this.#hold(room);
  }

  /** Reads no further until the promise settles. */
  #hold(until: Promise<void>): void {
    this.#holds += 1;
    this.#stream?.pause();
    until.then(() => {
      this.#holds -= 1;
      this.#lastHeardMs = performance.now();
      if (this.#holds === 0) this.#stream?.resume();
    }, this.#failed.reject);
  }
}
