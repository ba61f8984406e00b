import { nextStep } from '../../snapshot/reading-pace.ts';

/** Between which numbers of rows, and of how many bytes at most, chunks are. */
export interface ChunkLimits {
  readonly start: number;
  readonly least: number;
  readonly most: number;
  readonly bytes: number;
}

/** A chunk that was read. */
export interface ReadChunk {
  readonly rows: number;
  readonly bytes: number;
  readonly ms: number;
}

/** How far chunks grow and shrink by the source's answer time, from Debezium's 1024 rows. */
const GROWTH = 16;

/** `isFixed`: the operator said how many rows a chunk has; else that is what chunks begin with. */
export function chunkLimits(rows: number, isFixed: boolean, bytes: number): ChunkLimits {
  if (isFixed) return { start: rows, least: rows, most: rows, bytes };
  return { start: rows, least: Math.max(1, Math.floor(rows / GROWTH)), most: rows * GROWTH, bytes };
}

/** The rows of the next chunk after one of at most `size`: by how long that took, and no more than fit into a chunk's bytes. */
export function nextChunkRows(size: number, { rows, bytes, ms }: ReadChunk, limits: ChunkLimits): number {
  const paced = nextStep(size, ms, { least: Math.min(size, limits.least), most: limits.most });
  const fitting = Math.floor(limits.bytes / Math.max(1, bytes / Math.max(1, rows)));
  return Math.max(1, Math.min(paced, fitting));
}

/** The rows of a chunk that is read in place of one in whose way changes came. */
export function fewerRows(size: number): number {
  return Math.max(1, Math.ceil(size / 2));
}
