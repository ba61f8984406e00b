import type { ChunkProgress } from '../../source-progress.ts';
import type { RowChange } from '../../change-event.ts';
import type { SourceConfig } from '../source-config.ts';
import { ChunkPlace } from './chunk-place.ts';
import { chunkProgress, nextChunk, type CurrentChunk } from './chunk-progress.ts';
import { chunkLimits, fewerRows, nextChunkRows, type ChunkLimits } from './chunk-rows.ts';
import type { ChunkSessions } from './chunk-sessions.ts';
import { ChunkWindow } from './chunk-window.ts';
import type { PreparedTable } from './prepared-table.ts';
import { ReadAhead, type OpenedChunk, type Stop } from './read-ahead.ts';
import { nameOf, RecentTransactions } from './recent-transactions.ts';
import type { RetryWait } from './retry-wait.ts';
import type { SnapshotCourse } from './snapshot-course.ts';
import type { CurrentTable, SnapshotQueue } from './snapshot-queue.ts';
import { plainName } from './snapshot-request.ts';
import type { StreamFacts } from './stream-facts.ts';

export interface TableChunksParts {
  readonly config: Pick<SourceConfig, 'chunkRows' | 'hasChunkRows' | 'snapshotChunkBytes'>;
  readonly queue: SnapshotQueue;
  readonly course: SnapshotCourse;
}

/** What chunks are read with while one session streams. */
export interface ChunkMeans {
  readonly sessions: ChunkSessions;
  readonly stream: StreamFacts;
  readonly wait: RetryWait;
}

/** Reads a table chunk by chunk, and brings each to its place in the stream. */
export class TableChunks {
  readonly place = new ChunkPlace();
  /** Transactions of the stream that chunks have to see. */
  readonly recent = new RecentTransactions();
  readonly #parts: TableChunksParts;
  readonly #limits: ChunkLimits;
  /** Of the next chunk. */
  #rows: number;
  /** The newest chunk of the table that was begun, and the newest one that was read. */
  #opened: CurrentChunk | undefined;
  #read: CurrentChunk | undefined;

  constructor(parts: TableChunksParts) {
    const { chunkRows, hasChunkRows, snapshotChunkBytes } = parts.config;
    this.#parts = parts;
    this.#limits = chunkLimits(chunkRows, hasChunkRows, snapshotChunkBytes);
    this.#rows = this.#limits.start;
  }

  progress(current: CurrentTable): ChunkProgress | null {
    return chunkProgress(this.#read ?? this.#opened, current, this.place.waitingRows);
  }

  /** Changes as they are decoded. */
  saw(changes: readonly RowChange[]): void {
    this.recent.saw(changes);
    this.place.saw(changes);
  }

  close(): void {
    this.place.close();
    this.recent.clear();
  }

  /** Reads chunks of one table until it is done, or altered, or not wanted any more. */
  async read(prepared: PreparedTable, means: ChunkMeans): Promise<void> {
    const { queue, course } = this.#parts;
    const table = plainName(prepared.table);
    this.#opened = this.#read = undefined;
    for (let { current } = queue; current !== undefined && course.hasWork; { current } = queue) {
      if (plainName(current.table) !== table || this.recent.isIncomplete) return;
      const stop = await this.#readAhead(prepared, current, means).run();
      if (!(await this.#goOn(stop, current, means))) return;
    }
  }

  /** False: the table has to be looked at again, or is not to be read any more. */
  async #goOn(stop: Stop, current: CurrentTable, { stream, wait }: ChunkMeans): Promise<boolean> {
    const { course } = this.#parts;
    if (!course.isCurrent(current)) {
      this.#rows = this.#limits.start;
      return true;
    }
    if (stop.kind === 'done' || !course.hasWork) return true;
    if (stop.kind === 'failed') {
      this.#rows = this.#limits.start;
      course.fail(current, stop.status, stop.reason);
      stream.handOver();
      return false;
    }
    if (stop.kind === 'dropped') this.#rows = fewerRows(this.#rows);
    await wait.wait({ table: plainName(current.table) }, stop.reason);
    return stop.kind === 'again' && !stop.altered;
  }

  #readAhead(prepared: PreparedTable, current: CurrentTable, { sessions, stream, wait }: ChunkMeans): ReadAhead {
    const { config, course } = this.#parts;
    return new ReadAhead({
      prepared,
      current,
      readers: sessions.readers,
      place: this.place,
      stream,
      bytes: config.snapshotChunkBytes,
      isWanted: () => course.hasWork && course.isCurrent(current) && !this.recent.isIncomplete,
      open: (from) => this.#open(prepared, current, from),
      onSight: (window, sight) => {
        this.recent.prune(sight);
        window.see(sight);
      },
      onHandedOver: () => wait.reset(),
      nudge: () => void sessions.nextXid().catch(() => undefined), // tried again soon
    });
  }

  /** From here on changes are held against the chunk. */
  #open({ key }: PreparedTable, { table }: CurrentTable, from: CurrentChunk['from']): OpenedChunk {
    const { config, queue } = this.#parts;
    const name = nameOf(table);
    const window = new ChunkWindow({
      table: name,
      key: key.identity,
      before: this.recent.of(name),
      limitBytes: config.snapshotChunkBytes,
    });
    const chunk = nextChunk(this.#opened, from);
    this.#opened = chunk;
    const onRead: OpenedChunk['onRead'] = (outcome, ms) => {
      if (chunk.id > (this.#read?.id ?? 0)) this.#read = { ...chunk, to: outcome.last };
      if (outcome.maximum !== null) queue.bound(outcome.maximum);
      if (outcome.rows > 0) this.#rows = nextChunkRows(this.#rows, { ...outcome, ms }, this.#limits);
    };
    return { window, rows: this.#rows, onRead };
  }
}
