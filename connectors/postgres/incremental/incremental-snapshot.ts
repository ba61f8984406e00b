import type { ChangeEvent, RowChange } from '../../change-event.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { IncrementalProgress } from '../../source-progress.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Lsn } from '../lsn.ts';
import { backOff, pause } from '../pause.ts';
import { errorText } from '../pg-errors.ts';
import type { SourceConfig } from '../source-config.ts';
import { ChunkPlace, type ReadyChunk } from './chunk-place.ts';
import { chunkProgress, nextChunk, type CurrentChunk } from './chunk-progress.ts';
import { readChunk } from './chunk-reading.ts';
import { chunkLimits, fewerRows, nextChunkRows, type ChunkLimits } from './chunk-rows.ts';
import { ChunkSessions } from './chunk-sessions.ts';
import { ChunkWindow } from './chunk-window.ts';
import { prepareTable, type PreparedTable } from './prepared-table.ts';
import { nameOf, RecentTransactions } from './recent-transactions.ts';
import { requestedTables } from './requested-tables.ts';
import { RetryWait } from './retry-wait.ts';
import type { SnapshotNews } from './snapshot-news.ts';
import type { CurrentTable, SnapshotQueue } from './snapshot-queue.ts';
import { plainName } from './snapshot-request.ts';
import type { StreamFacts } from './stream-facts.ts';

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
 * `ChunkWindow`, `RecentTransactions` and `readChunk`; this is the order of their steps. Nothing is done while there is nothing to read.
 */
export class IncrementalSnapshot {
  readonly #parts: IncrementalSnapshotParts;
  readonly #recent = new RecentTransactions();
  #isActive = false;
  readonly #place = new ChunkPlace();
  #wanted: PromiseWithResolvers<undefined> | undefined;
  readonly #limits: ChunkLimits;
  /** Of the next chunk. */
  #rows: number;
  /** The newest chunk of the table that is being read. */
  #chunk: CurrentChunk | undefined;

  constructor(parts: IncrementalSnapshotParts) {
    const { chunkRows, hasChunkRows, snapshotChunkBytes } = parts.config;
    this.#parts = parts;
    this.#limits = chunkLimits(chunkRows, hasChunkRows, snapshotChunkBytes);
    this.#rows = this.#limits.start;
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
      chunk: current === undefined ? null : chunkProgress(this.#chunk, current, this.#place.waitingRows),
    };
  }

  /** It wants to know of changes. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Changes as they are decoded. */
  decoded(changes: readonly RowChange[]): void {
    if (!this.#isActive) return;
    this.#recent.saw(changes);
    this.#place.saw(changes);
  }

  isDue(done: Lsn): boolean {
    return this.#place.isDue(done);
  }

  /** The rows whose place is behind the changes before `done`; the queue then says what is to be stored with them. */
  take(done: Lsn): { readonly events: readonly ChangeEvent[]; readonly bytes: number } | undefined {
    const taken = this.#place.take(done);
    if (taken === undefined) return undefined;
    this.#advance(taken.outcome);
    return { events: taken.events, bytes: taken.outcome.bytes };
  }

  /** The queue has changed. */
  wake(): void {
    if (this.#hasWork) this.#wanted?.resolve(undefined);
  }

  /** The table being read is no longer wanted. */
  dropChunk(): void {
    this.#place.drop('it is no longer wanted');
  }

  /** Reads what there is to read for as long as the session streams. Ends when the signal aborts. */
  async run(stream: StreamFacts, signal: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    const onAbort = (): void => {
      this.#wanted?.resolve(undefined);
      this.dropChunk();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const isOver = (): boolean => signal.aborted;
    for (let retry = 0; !isOver(); retry += 1) {
      if (!this.#hasWork) {
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

  get #hasWork(): boolean {
    const { queue } = this.#parts;
    return !queue.isEmpty && !queue.isPaused;
  }

  async #readAll(stream: StreamFacts, signal: AbortSignal): Promise<void> {
    const { config, opener, rules } = this.#parts;
    const sessions = await ChunkSessions.open(opener, { config, rules, stream });
    const wait = new RetryWait(this.#parts.log, signal);
    const onAbort = (): void => void sessions.close();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#isActive = true;
    try {
      await this.#beginWatch(sessions, stream, wait);
      while (this.#hasWork && !signal.aborted) {
        if (this.#recent.isIncomplete) await this.#beginWatch(sessions, stream, wait);
        await this.#step(sessions, stream, wait);
      }
    } finally {
      this.#isActive = false;
      this.#place.close();
      this.#recent.clear();
      signal.removeEventListener('abort', onAbort);
      await sessions.close();
    }
  }

  /**
   * From now on every transaction of the stream is noted. Of those that came before nothing is known; one of them may have been
   * delivered although snapshots do not see it yet, or may have begun before its table was published: all must have ended.
   */
  async #beginWatch(sessions: ChunkSessions, stream: StreamFacts, wait: RetryWait): Promise<void> {
    this.#recent.clear();
    if (stream.isStandby) return;
    const now = await sessions.nextXid();
    while (this.#hasWork) {
      const open = await sessions.openBefore(now);
      if (open.length === 0) break;
      await wait.wait({ transactions: open.map(String) }, 'transactions that began before it have not ended');
    }
    wait.reset();
  }

  async #step(sessions: ChunkSessions, stream: StreamFacts, wait: RetryWait): Promise<void> {
    const { queue } = this.#parts;
    if (queue.nextRequest !== undefined) {
      await this.#begin(sessions, stream);
      return;
    }
    const { current } = queue;
    if (current === undefined) return;
    const preparation = await prepareTable(await sessions.parts(), current.table);
    if (!this.#isCurrent(current)) return;
    if ('prepared' in preparation) {
      queue.readBy(orderOf(preparation.prepared));
      await this.#readTable(preparation.prepared, { sessions, stream, wait });
    } else this.#fail(current, preparation.status, { reason: preparation.obstacle, stream });
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

  /** Reads chunks of one table until it is done, or altered, or not wanted any more. */
  async #readTable(
    prepared: PreparedTable,
    { sessions, stream, wait }: { sessions: ChunkSessions; stream: StreamFacts; wait: RetryWait },
  ): Promise<void> {
    const { queue, config } = this.#parts;
    const table = plainName(prepared.table);
    this.#chunk = undefined;
    for (let { current } = queue; current !== undefined && this.#hasWork; { current } = queue) {
      if (plainName(current.table) !== table || this.#recent.isIncomplete) return;
      const name = nameOf(current.table);
      const window = new ChunkWindow({
        table: name,
        key: prepared.key.identity,
        before: this.#recent.of(name),
        limitBytes: config.snapshotChunkBytes,
      });
      this.#place.open(window);
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
          this.#recent.prune(sight);
          window.see(sight);
        },
      });
      if (!this.#isCurrent(current)) return;
      if (outcome.kind === 'failed') {
        this.#fail(current, outcome.status, { reason: outcome.reason, stream });
        return;
      }
      if (outcome.kind === 'again') {
        await wait.wait({ table }, outcome.reason);
        if (outcome.altered) return;
        continue;
      }
      window.read();
      const ms = performance.now() - beganMs;
      this.#chunk = { ...chunk, to: outcome.last };
      if (outcome.maximum !== null && window.broken === undefined) queue.bound(outcome.maximum);
      const nudge = (): void => void sessions.nextXid().catch(() => undefined); // tried again soon
      const placed = await this.#place.wait({ window, prepared, outcome, plan, stream }, nudge);
      if (placed === 'handed over') {
        wait.reset();
        const isToGoOn = outcome.rows > 0 && this.#isCurrent(current);
        this.#rows = isToGoOn ? nextChunkRows(this.#rows, { ...outcome, ms }, this.#limits) : this.#limits.start;
      } else if (this.#isCurrent(current)) {
        this.#rows = fewerRows(this.#rows);
        await wait.wait({ table }, window.broken ?? 'the chunk was dropped');
        return;
      }
    }
  }

  #advance({ last, rows, isLast }: ReadyChunk['outcome']): void {
    const { queue, news } = this.#parts;
    queue.advance(last, rows);
    const { current } = queue;
    if (current === undefined) return;
    news.progressed(current, () => queue.names);
    if (isLast) this.#finish(current, current.rows === 0 ? 'EMPTY' : 'SUCCEEDED');
  }

  #fail(
    current: CurrentTable,
    status: 'UNKNOWN_SCHEMA' | 'NO_PRIMARY_KEY' | 'SQL_EXCEPTION',
    { reason, stream }: { readonly reason: string; readonly stream: StreamFacts },
  ): void {
    this.#parts.log.warn(
      { table: plainName(current.table), signal: current.request, reason },
      'a table is left out of the incremental snapshot',
    );
    this.#finish(current, status);
    stream.handOver();
  }

  #finish(current: CurrentTable, status: Parameters<SnapshotNews['scanned']>[1]): void {
    const { queue, news } = this.#parts;
    const names = queue.names;
    const isOver = queue.finishTable();
    news.scanned(current, status, names);
    if (isOver) news.completed(current.request);
  }

  #isCurrent({ request, table }: CurrentTable): boolean {
    const { current } = this.#parts.queue;
    return current?.request === request && plainName(current.table) === plainName(table);
  }
}

/** The columns that chunks are ordered by, and their types: both together make the order. */
function orderOf({ table, key }: PreparedTable): string[] {
  return key.order.map((name) => `${name} ${table.columns.find((column) => column.name === name)?.typeOid ?? 0}`);
}
