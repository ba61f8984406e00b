import type { SnapshotProgress } from '../../source-progress.ts';

/** How far a snapshot has come, asked when somebody wants to know. */
export type SnapshotFigures = Pick<
  SnapshotProgress,
  'rows' | 'rowsByTable' | 'tablesDone' | 'tables' | 'bytesDone' | 'bytes'
>;

/** Below this nothing is said of the end: the first chunks say little of the others. */
const MIN_ELAPSED_MS = 5000;

export interface PaceQuestion {
  readonly now: Pick<SnapshotFigures, 'rows' | 'bytesDone' | 'bytes'>;
  /** The same when the time began. */
  readonly before: Pick<SnapshotFigures, 'rows' | 'bytesDone'>;
  /** At least 1. */
  readonly elapsedMs: number;
}

/** Rows per second, and the time that what is left takes at the pace so far; null: nothing can be said yet. */
export function snapshotPace({ now, before, elapsedMs }: PaceQuestion): {
  readonly rowsPerSecond: number;
  readonly leftMs: number | null;
} {
  const rowsPerSecond = Math.round((Math.max(0, now.rows - before.rows) * 1000) / elapsedMs);
  const done = now.bytesDone - before.bytesDone;
  if (elapsedMs < MIN_ELAPSED_MS || done <= 0) return { rowsPerSecond, leftMs: null };
  return { rowsPerSecond, leftMs: Math.round(((now.bytes - now.bytesDone) * elapsedMs) / done) };
}
