import type { TaskLog } from '../../source-connector.ts';
import type { ReadyChunk } from './chunk-place.ts';
import type { ScanStatus, SnapshotNews } from './snapshot-news.ts';
import type { CurrentTable, SnapshotQueue } from './snapshot-queue.ts';
import { plainName } from './snapshot-request.ts';

/** Moves the queue of incremental snapshots on by what became of chunks and tables, and tells of it. */
export class SnapshotCourse {
  readonly #queue: SnapshotQueue;
  readonly #news: SnapshotNews;
  readonly #log: TaskLog;

  constructor(queue: SnapshotQueue, news: SnapshotNews, log: TaskLog) {
    this.#queue = queue;
    this.#news = news;
    this.#log = log;
  }

  get hasWork(): boolean {
    return !this.#queue.isEmpty && !this.#queue.isPaused;
  }

  /** Whether the table is the one that is being read, still. */
  isCurrent({ request, table }: CurrentTable): boolean {
    const { current } = this.#queue;
    return current?.request === request && plainName(current.table) === plainName(table);
  }

  /** A chunk of the current table is being handed over. */
  advance({ last, rows, isLast }: Pick<ReadyChunk['outcome'], 'last' | 'rows' | 'isLast'>): void {
    this.#queue.advance(last, rows);
    const { current } = this.#queue;
    if (current === undefined) return;
    this.#news.progressed(current, () => this.#queue.names);
    if (isLast) this.#finish(current, current.rows === 0 ? 'EMPTY' : 'SUCCEEDED');
  }

  /** The current table cannot be read. */
  fail(current: CurrentTable, status: 'UNKNOWN_SCHEMA' | 'NO_PRIMARY_KEY' | 'SQL_EXCEPTION', reason: string): void {
    this.#log.warn(
      { table: plainName(current.table), signal: current.request, reason },
      'a table is left out of the incremental snapshot',
    );
    this.#finish(current, status);
  }

  #finish(current: CurrentTable, status: ScanStatus): void {
    const { names } = this.#queue;
    const isOver = this.#queue.finishTable();
    this.#news.scanned(current, status, names);
    if (isOver) this.#news.completed(current.request);
  }
}
