import type { ChunkProgress } from '../../source-progress.ts';
import type { CurrentTable } from './snapshot-queue.ts';

/** The newest chunk of a table, by the keys that it lies between. */
export interface CurrentChunk {
  readonly id: number;
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
  /** Where the reading of the table began. */
  readonly tableFrom: readonly string[] | null;
}

/** The one behind a chunk (undefined: the first one), above a key. */
export function nextChunk(before: CurrentChunk | undefined, from: CurrentChunk['from']): CurrentChunk {
  return { id: (before?.id ?? 0) + 1, from, to: null, tableFrom: before === undefined ? from : before.tableFrom };
}

/** A key may be a long text, and this goes to the worker every second. */
const MOST_CHARACTERS = 200;

/** A chunk as it is shown; null: none was read yet. */
export function chunkProgress(
  chunk: CurrentChunk | undefined,
  { maximum }: CurrentTable,
  waitingRows: number | undefined,
): ChunkProgress | null {
  if (chunk === undefined) return null;
  const { id, from, to, tableFrom } = chunk;
  return {
    id,
    from: keyText(from),
    to: keyText(to),
    tableFrom: keyText(tableFrom),
    tableTo: keyText(maximum),
    waitingRows: waitingRows ?? null,
  };
}

function keyText(key: readonly string[] | null): string | null {
  return key === null ? null : key.join(',').slice(0, MOST_CHARACTERS);
}
