import type { ChunkProgress } from '../../source-progress.ts';
import type { RowChange } from '../../change-event.ts';
import type { SourceConfig } from '../source-config.ts';
import { ChunkPlace } from './chunk-place.ts';
import { chunkProgress, nextChunk, type CurrentChunk } from './chunk-progress.ts';
import { readChunk } from './chunk-reading.ts';
import { chunkLimits, fewerRows, nextChunkRows, type ChunkLimits } from './chunk-rows.ts';
import type { ChunkSessions } from './chunk-sessions.ts';
import { ChunkWindow } from './chunk-window.ts';
import type { PreparedTable } from './prepared-table.ts';
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
  /** The newest chunk of the table that is being read. */
  #chunk: CurrentChunk | undefined;

  constructor(parts: TableChunksParts) {
    const { chunkRows, hasChunkRows, snapshotChunkBytes } = parts.config;
    this.#parts = parts;
    this.#limits = chunkLimits(chunkRows, hasChunkRows, snapshotChunkBytes);
    this.#rows = this.#limits.start;
  }

  progress(current: CurrentTable): ChunkProgress | null {
    return chunkProgress(this.#chunk, current, this.place.waitingRows);
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
    this.#chunk = undefined;
    for (let { current } = queue; current !== undefined && course.hasWork; { current } = queue) {
      if (plainName(current.table) !== table || this.recent.isIncomplete) return;
      if (!(await this.#readChunk(prepared, current, means))) return;
    }
  }

  /** False: the table has to be looked at again, or is not to be read any more. */
  async #readChunk(prepared: PreparedTable, current: CurrentTable, means: ChunkMeans): Promise<boolean> {
    const { config, queue, course } = this.#parts;
    const { sessions, stream, wait } = means;
    const table = plainName(prepared.table);
    const window = this.#open(prepared, current);
    const chunk = nextChunk(this.#chunk, current.last);
    this.#chunk = chunk;
    const beganMs = performance.now();
    const plan = stream.relations.plan(prepared.table.oid);
    const outcome = await readChunk(await sessions.parts(), window, {
      prepared,
      current,
      rows: this.#rows,
      bytes: config.snapshotChunkBytes,
      onSight: (sight) => {
        this.recent.prune(sight);
        window.see(sight);
      },
    });
    if (!course.isCurrent(current)) return false;
    if (outcome.kind === 'failed') {
      course.fail(current, outcome.status, outcome.reason);
      stream.handOver();
      return false;
    }
    if (outcome.kind === 'again') {
      await wait.wait({ table }, outcome.reason);
      return !outcome.altered;
    }
    window.read();
    const ms = performance.now() - beganMs;
    this.#chunk = { ...chunk, to: outcome.last };
    if (outcome.maximum !== null && window.broken === undefined) queue.bound(outcome.maximum);
    const nudge = (): void => void sessions.nextXid().catch(() => undefined); // tried again soon
    const placed = await this.place.wait({ window, prepared, outcome, plan, stream }, nudge);
    if (placed === 'handed over') {
      wait.reset();
      const isToGoOn = outcome.rows > 0 && course.isCurrent(current);
      this.#rows = isToGoOn ? nextChunkRows(this.#rows, { ...outcome, ms }, this.#limits) : this.#limits.start;
      return true;
    }
    if (!course.isCurrent(current)) return true;
    this.#rows = fewerRows(this.#rows);
    await wait.wait({ table }, window.broken ?? 'the chunk was dropped');
    return false;
  }

  /** From here on changes are held against the chunk. */
  #open({ key }: PreparedTable, { table }: CurrentTable): ChunkWindow {
    const name = nameOf(table);
    const window = new ChunkWindow({
      table: name,
      key: key.identity,
      before: this.recent.of(name),
      limitBytes: this.#parts.config.snapshotChunkBytes,
    });
    this.place.open(window);
    return window;
  }
}
