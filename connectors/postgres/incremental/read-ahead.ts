import type { ChunkPlace, PlacedChunk, ReadyChunk } from './chunk-place.ts';
import { readChunk, type ChunkOutcome, type ChunkReadingParts } from './chunk-reading.ts';
import type { ChunkWindow } from './chunk-window.ts';
import type { PreparedTable } from './prepared-table.ts';
import type { Sight } from './sight.ts';
import type { CurrentTable } from './snapshot-queue.ts';
import type { StreamFacts } from './stream-facts.ts';

/** The keys that the next chunk begins behind and that the table is read up to. */
type Start = Pick<CurrentTable, 'last' | 'maximum'>;

/** Why nothing more is read; `done`: the chunks so far are all, or the next one begins elsewhere than was thought. */
export type Stop =
  | { readonly kind: 'done' }
  | { readonly kind: 'dropped'; readonly reason: string }
  | Exclude<ChunkOutcome, ReadyChunk['outcome']>;

/** A chunk that is about to be read. */
export interface OpenedChunk {
  readonly window: ChunkWindow;
  /** How many rows it may have. */
  readonly rows: number;
  /** It was read, in so many milliseconds. */
  readonly onRead: (outcome: ReadyChunk['outcome'], ms: number) => void;
}

export interface ReadAheadParts {
  readonly prepared: PreparedTable;
  readonly current: CurrentTable;
  /** What to read with, one for each chunk that may be read at the same time. */
  readonly readers: readonly ChunkReadingParts[];
  readonly place: ChunkPlace;
  readonly stream: StreamFacts;
  /** No more is read while so many bytes wait for their place; also what a chunk may have. */
  readonly bytes: number;
  /** Whether another chunk is wanted. */
  readonly isWanted: () => boolean;
  /** Before a chunk is read. `from`: it begins behind this key. */
  readonly open: (from: Start['last']) => OpenedChunk;
  readonly onSight: (window: ChunkWindow, sight: Sight) => void;
  readonly onHandedOver: () => void;
  /** Makes an idle server write something. */
  readonly nudge: () => void;
}

/** Beyond those that are being read. */
const MOST_WAITING = 3;

const DONE: Stop = { kind: 'done' };

/**
 * Reads chunks of a table, the next ones while those before wait for their place in the stream, and several at a time where there
 * are several sessions. Each begins where the one before ends: with one session that is known when it was read; with more of
 * them the server is first asked for the key that it ends at.
 */
export class ReadAhead {
  readonly #parts: ReadAheadParts;
  #start: Start;
  /** Settles when the next chunk may begin. */
  #turn: Promise<unknown> = Promise.resolve();
  #opened = 0;
  /** The first chunk, by its number, behind which nothing of what was read counts. */
  #stop: { readonly at: number; readonly stop: Stop } | undefined;

  constructor(parts: ReadAheadParts) {
    this.#parts = parts;
    this.#start = parts.current;
  }

  /** Resolves when every chunk that was begun has been handed over or dropped. Throws what is about connections. */
  async run(): Promise<Stop> {
    const { readers, place } = this.#parts;
    const lanes = await Promise.allSettled(readers.map((reader) => this.#lane(reader)));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    while (place.size > 0) await place.moved;
    return this.#stop?.stop ?? DONE;
  }

  async #lane(reader: ChunkReadingParts): Promise<void> {
    const { place } = this.#parts;
    try {
      while (await this.#readNext(reader));
    } catch (error) {
      this.#stopAt(0, DONE);
      place.drop('the connection was lost');
      throw error;
    }
  }

  async #readNext(reader: ChunkReadingParts): Promise<boolean> {
    const before = this.#turn;
    const passed = Promise.withResolvers<undefined>();
    this.#turn = passed.promise;
    await before;
    try {
      await this.#room();
      if (!this.#isWanted()) return false;
      await this.#read(reader, (start) => {
        this.#start = start;
        passed.resolve(undefined);
      });
      return true;
    } finally {
      passed.resolve(undefined);
    }
  }

  /** `pass`: where the chunk behind this one begins, as soon as that is known. */
  async #read(reader: ChunkReadingParts, pass: (start: Start) => void): Promise<void> {
    const { prepared, current, readers, place, stream, bytes, open, onSight, nudge } = this.#parts;
    const start = this.#start;
    const { window, rows, onRead } = open(start.last);
    const chunk = place.open(window);
    this.#opened += 1;
    const number = this.#opened;
    this.#follow(chunk, number);
    const plan = stream.relations.plan(prepared.table.oid);
    let end: readonly string[] | undefined;
    const onEnd = (key: readonly string[]): void => {
      end = key;
      pass({ ...start, last: key });
    };
    const beganMs = performance.now();
    const outcome = await readChunk(reader, window, {
      prepared,
      current: { ...current, ...start },
      rows,
      bytes,
      onSight: (sight) => onSight(window, sight),
      // The largest key is asked for with the first chunk: until then none can be said to be below it.
      onEnd: readers.length > 1 && start.maximum !== null ? onEnd : undefined,
    });
    if (outcome.kind !== 'read') {
      this.#stopAt(number, outcome);
      place.dropFrom(chunk, outcome.reason);
      return;
    }
    const isShort = end !== undefined && JSON.stringify(end) !== JSON.stringify(outcome.last);
    if (outcome.isLast || isShort) this.#stopAt(number, DONE);
    if (isShort) place.dropBehind(chunk, 'the chunk before is too large to be read at once');
    if (window.broken === undefined) {
      window.read();
      onRead(outcome, performance.now() - beganMs);
      place.ready(chunk, { prepared, outcome, plan, stream }, nudge);
    } else place.dropFrom(chunk, window.broken);
    if (end === undefined) pass({ last: outcome.last ?? start.last, maximum: outcome.maximum });
  }

  /** The next chunk may be due as well; a chunk that was dropped ends all. */
  #follow({ window, settled }: PlacedChunk, number: number): void {
    void settled.then((end) => {
      if (end === 'handed over') {
        this.#parts.onHandedOver();
        this.#parts.stream.handOver();
      } else this.#stopAt(number, { kind: 'dropped', reason: window.broken ?? 'the chunk was dropped' });
    });
  }

  async #room(): Promise<void> {
    const { readers, place, bytes } = this.#parts;
    while (this.#isWanted() && (place.size >= readers.length + MOST_WAITING || place.waitingBytes >= bytes))
      await place.moved;
  }

  #isWanted(): boolean {
    return this.#stop === undefined && this.#parts.isWanted();
  }

  #stopAt(at: number, stop: Stop): void {
    if (this.#stop === undefined || at < this.#stop.at) this.#stop = { at, stop };
  }
}
