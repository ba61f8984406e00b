import type { ChangeEvent, RowChange } from '../../change-event.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { IncrementalProgress } from '../../source-progress.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Lsn } from '../lsn.ts';
import { backOff, pause } from '../pause.ts';
import { errorText } from '../pg-errors.ts';
import type { SourceConfig } from '../source-config.ts';
import { ChunkSessions } from './chunk-sessions.ts';
import { prepareTable, type PreparedTable } from './prepared-table.ts';
import { requestedTables } from './requested-tables.ts';
import { RetryWait } from './retry-wait.ts';
import { SnapshotCourse } from './snapshot-course.ts';
import type { SnapshotNews } from './snapshot-news.ts';
import type { SnapshotQueue } from './snapshot-queue.ts';
import { plainName } from './snapshot-request.ts';
import type { StreamFacts } from './stream-facts.ts';
import { TableChunks, type ChunkMeans } from './table-chunks.ts';

export interface IncrementalSnapshotParts {
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  readonly rules: PlanRules;
  readonly queue: SnapshotQueue;
  readonly news: SnapshotNews;
  readonly log: TaskLog;
}

/**
 * Reads tables in chunks while changes stream, each row at most as old as the changes before it: the algorithm is in
 * `ChunkWindow`, `RecentTransactions` and `readChunk`, the order of their steps in `TableChunks`; here is that of the tables. Nothing is done while there is nothing to read.
 */
export class IncrementalSnapshot {
  readonly #parts: IncrementalSnapshotParts;
  readonly #course: SnapshotCourse;
  readonly #chunks: TableChunks;
  #isActive = false;
  #wanted: PromiseWithResolvers<undefined> | undefined;

  constructor(parts: IncrementalSnapshotParts) {
    const { config, queue, news, log } = parts;
    this.#parts = parts;
    this.#course = new SnapshotCourse(queue, news, log);
    this.#chunks = new TableChunks({ config, queue, course: this.#course });
  }

  /** How far it has come; null: there is nothing to read. */
  get progress(): IncrementalProgress | null {
    const { queue } = this.#parts;
    const { current } = queue;
    if (queue.isEmpty) return null;
    return {
      state: queue.isPaused ? 'paused' : 'running',
      signal: current?.request ?? null,
      requestsWaiting: queue.waiting,
      tables: queue.names.length,
      table: current === undefined ? null : plainName(current.table),
      rows: current?.rows ?? 0,
      chunk: current === undefined ? null : this.#chunks.progress(current),
    };
  }

  /** It wants to know of changes. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Changes as they are decoded. */
  decoded(changes: readonly RowChange[]): void {
    if (this.#isActive) this.#chunks.saw(changes);
  }

  isDue(done: Lsn): boolean {
    return this.#chunks.place.isDue(done);
  }

  /** The rows whose place is behind the changes before `done`; the queue then says what is to be stored with them. */
  take(done: Lsn): { readonly events: readonly ChangeEvent[]; readonly bytes: number } | undefined {
    const taken = this.#chunks.place.take(done);
    if (taken === undefined) return undefined;
    this.#course.advance(taken.outcome);
    return { events: taken.events, bytes: taken.outcome.bytes };
  }

  /** The queue has changed. */
  wake(): void {
    if (this.#course.hasWork) this.#wanted?.resolve(undefined);
  }

  /** What was read of the table and waits for its place is not to come. */
  dropChunks(reason: string): void {
    this.#chunks.place.drop(reason);
  }

  /** Reads what there is to read for as long as the session streams. Ends when the signal aborts. */
  async run(stream: StreamFacts, signal: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    const onAbort = (): void => {
      this.#wanted?.resolve(undefined);
      this.dropChunks('the session has ended');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const isOver = (): boolean => signal.aborted;
    for (let retry = 0; !isOver(); retry += 1) {
      if (!this.#course.hasWork) {
        this.#wanted = Promise.withResolvers();
        await this.#wanted.promise;
        continue;
      }
      try {
        await this.#readAll(stream, signal);
        retry = 0;
      } catch (error) {
        if (isOver()) break;
        log.warn({ error: errorText(error), retry }, 'the incremental snapshot broke off; it goes on soon');
        await pause(backOff(retry), signal).catch(() => undefined);
      }
    }
    signal.removeEventListener('abort', onAbort);
  }

  async #readAll(stream: StreamFacts, signal: AbortSignal): Promise<void> {
    const { config, opener, rules } = this.#parts;
    const sessions = await ChunkSessions.open(opener, { config, rules, stream });
    const means = { sessions, stream, wait: new RetryWait(this.#parts.log, signal) };
    const onAbort = (): void => void sessions.close();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#isActive = true;
    try {
      await this.#beginWatch(means);
      while (this.#course.hasWork && !signal.aborted) {
        if (this.#chunks.recent.isIncomplete) await this.#beginWatch(means);
        await this.#step(means);
      }
    } finally {
      this.#isActive = false;
      this.#chunks.close();
      signal.removeEventListener('abort', onAbort);
      await sessions.close();
    }
  }

  /**
   * From now on every transaction of the stream is noted. Of those that came before nothing is known; one of them may have been
   * delivered although snapshots do not see it yet, or may have begun before its table was published: all must have ended.
   */
  async #beginWatch({ sessions, stream, wait }: ChunkMeans): Promise<void> {
    this.#chunks.recent.clear();
    if (stream.isStandby) return;
    const now = await sessions.nextXid();
    while (this.#course.hasWork) {
      const open = await sessions.openBefore(now);
      if (open.length === 0) break;
      await wait.wait({ transactions: open.map(String) }, 'transactions that began before it have not ended');
    }
    wait.reset();
  }

  async #step(means: ChunkMeans): Promise<void> {
    const { sessions, stream } = means;
    const { queue } = this.#parts;
    if (queue.nextRequest !== undefined) {
      await this.#begin(sessions, stream);
      return;
    }
    const { current } = queue;
    if (current === undefined) return;
    const preparation = await prepareTable(await sessions.parts(), current.table);
    if (!this.#course.isCurrent(current)) return;
    if ('prepared' in preparation) {
      queue.readBy(orderOf(preparation.prepared));
      await this.#chunks.read(preparation.prepared, means);
      return;
    }
    this.#course.fail(current, preparation.status, preparation.obstacle);
    stream.handOver();
  }

  /** Finds the tables of the next request. */
  async #begin(sessions: ChunkSessions, stream: StreamFacts): Promise<void> {
    const { queue, news, config } = this.#parts;
    const captured = await sessions.tables();
    const request = queue.nextRequest;
    if (request === undefined) return;
    const { tables, unknown } = requestedTables(
      request,
      captured.filter((table) => config.signalTable?.is(table.schema, table.table) !== true),
    );
    queue.begin(tables);
    news.started(request.id, tables.map(plainName), unknown);
    stream.handOver();
  }
}

/** The columns that chunks are ordered by, and their types: both together make the order. */
function orderOf({ table, key }: PreparedTable): string[] {
  return key.order.map((name) => `${name} ${table.columns.find((column) => column.name === name)?.typeOid ?? 0}`);
}
