import type { ChangeEvent, RowChange } from '../../change-event.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';
import { chunkEvents } from './chunk-events.ts';
import type { ChunkOutcome } from './chunk-reading.ts';
import type { ChunkWindow } from './chunk-window.ts';
import type { PreparedTable } from './prepared-table.ts';
import type { StreamFacts } from './stream-facts.ts';

/** What is to be known of a chunk that was read. */
export interface ReadyChunk {
  readonly prepared: PreparedTable;
  readonly outcome: Extract<ChunkOutcome, { kind: 'read' }>;
  /** The table's plan in the stream when the chunk was read. */
  readonly plan: unknown;
  readonly stream: StreamFacts;
}

/** What became of a chunk. */
type End = 'handed over' | 'dropped';

const ASK_EVERY_MS = 100;
/** On an idle server the last pages of the log are written out when somebody makes it do so. */
const NUDGE_AFTER_ASKS = 10;

/** A chunk between the opening of its window and its place in the stream. */
export interface PlacedChunk {
  readonly window: ChunkWindow;
  readonly settled: Promise<End>;
}

interface Entry extends PlacedChunk {
  ready: ReadyChunk | undefined;
  readonly settle: (end: End) => void;
}

/**
 * Where chunks of a table are between their reading and their place in the stream: in the order of their keys, in which they are
 * handed over. One that is dropped takes those behind it along, since what is stored is how far the table was read.
 */
export class ChunkPlace {
  #chunks: Entry[] = [];
  #asking: NodeJS.Timeout | undefined;
  #moved = Promise.withResolvers<undefined>();

  /** A chunk is about to be read: from now on changes are held against it. */
  open(window: ChunkWindow): PlacedChunk {
    const { promise, resolve } = Promise.withResolvers<End>();
    const chunk = { window, settled: promise, settle: resolve, ready: undefined };
    this.#chunks.push(chunk);
    return chunk;
  }

  /** Chunks that are being read or wait for their place. */
  get size(): number {
    return this.#chunks.length;
  }

  /** Bytes that wait for their place. */
  get waitingBytes(): number {
    return this.#chunks.reduce((bytes, { ready }) => bytes + (ready?.outcome.bytes ?? 0), 0);
  }

  /** Rows that wait for their place; undefined: none do. */
  get waitingRows(): number | undefined {
    const ready = this.#chunks.filter((chunk) => chunk.ready !== undefined);
    return ready.length === 0 ? undefined : ready.reduce((rows, { window }) => rows + window.size, 0);
  }

  /** Resolves when a chunk has left, in whatever way. */
  get moved(): Promise<undefined> {
    return this.#moved.promise;
  }

  /** Changes as they are decoded. */
  saw(changes: readonly RowChange[]): void {
    for (const { window } of this.#chunks) window.saw(changes);
    const broken = this.#chunks.find(({ window }) => window.broken !== undefined);
    if (broken !== undefined) this.dropFrom(broken, broken.window.broken ?? '');
  }

  isDue(done: Lsn): boolean {
    const ready = this.#chunks[0]?.ready;
    return ready !== undefined && done >= ready.outcome.horizon;
  }

  /** The rows whose place is behind the changes before `done`, and what came of their reading. */
  take(done: Lsn): { readonly events: readonly ChangeEvent[]; readonly outcome: ReadyChunk['outcome'] } | undefined {
    const [chunk] = this.#chunks;
    const ready = chunk?.ready;
    if (chunk === undefined || ready === undefined || done < ready.outcome.horizon) return undefined;
    const { outcome, stream } = ready;
    if (isOutdated(ready)) {
      this.drop('the table was altered');
      return undefined;
    }
    const events = chunkEvents(chunk.window.rows, { schema: schemaOf(ready), done, cursor: stream.cursor });
    this.#chunks.shift();
    this.#left([chunk], 'handed over');
    return { events, outcome };
  }

  /** All chunks are worth nothing any more. */
  drop(reason: string): void {
    const [first] = this.#chunks;
    if (first !== undefined) this.dropFrom(first, reason);
  }

  /** This chunk is worth nothing, nor are those behind it. */
  dropFrom(chunk: PlacedChunk, reason: string): void {
    const place = this.#chunks.findIndex((known) => known === chunk);
    if (place < 0) return;
    const dropped = this.#chunks.splice(place);
    for (const { window } of dropped) window.break(reason);
    this.#left(dropped, 'dropped');
  }

  /** Those behind it begin at a key that it does not reach. */
  dropBehind(chunk: PlacedChunk, reason: string): void {
    const next = this.#chunks[this.#chunks.findIndex((known) => known === chunk) + 1];
    if (next !== undefined) this.dropFrom(next, reason);
  }

  /** All of the chunk was read: its rows may follow when the stream has come that far. `nudge`: makes an idle server write something. */
  ready(chunk: PlacedChunk, ready: ReadyChunk, nudge: () => void): void {
    const entry = this.#chunks.find((known) => known === chunk);
    if (entry === undefined) return;
    entry.ready = ready;
    ready.stream.handOver();
    if (this.#chunks.includes(entry)) this.#ask(ready.stream, nudge);
  }

  close(): void {
    this.drop('the session has ended');
  }

  #left(chunks: readonly Entry[], how: End): void {
    if (this.#chunks.every(({ ready }) => ready === undefined)) {
      clearInterval(this.#asking);
      this.#asking = undefined;
    }
    for (const { settle } of chunks) settle(how);
    this.#moved.resolve(undefined);
    this.#moved = Promise.withResolvers();
  }

  /** Asks the server how far it has come, for as long as a chunk waits. */
  #ask(stream: StreamFacts, nudge: () => void): void {
    if (this.#asking !== undefined) return;
    let asks = 0;
    const ask = (): void => {
      asks += 1;
      stream.askPosition();
      if (!stream.isStandby && asks % NUDGE_AFTER_ASKS === 0) nudge();
    };
    ask();
    this.#asking = setInterval(ask, ASK_EVERY_MS);
  }
}

/** Whether the stream has another version of the table by now than the one that the chunk was read in. */
function isOutdated({ prepared, plan, stream }: ReadyChunk): boolean {
  const now = stream.relations.plan(prepared.table.oid);
  if (now === plan || now === null || now === undefined) return false;
  return JSON.stringify(now.schema) !== JSON.stringify(prepared.reading.schema);
}

/** The stream's own object where both say the same: the rows then share its compiled encoder. */
function schemaOf({ prepared, stream }: ReadyChunk): TableSchema {
  const own = prepared.reading.schema;
  const streamed = stream.relations.plan(prepared.table.oid)?.schema;
  return streamed !== undefined && JSON.stringify(streamed) === JSON.stringify(own) ? streamed : own;
}
