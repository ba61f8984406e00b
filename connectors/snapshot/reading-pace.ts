/*
 * How much of a source's table is read and committed at once, by how fast the source answers. An open transaction holds back every
 * reader of committed records, so it is to take no longer than a second and no more than 32 MB (algorithms, parallel snapshot, 4).
 */

/** What was read by then is committed: the rest of the second is for the commit. */
export const CUT_MS = 750;
const CUT_BYTES = 32 * 1024 * 1024;
/** A chunk that is thought to take longer is read in an order in which it can be cut; that costs the source more. */
const UNCUT_MS = 500;
/** What one step of several is to take: two of them are not much longer than what is committed at once. */
const STEP_MS = 400;
/** A step is at most so many times the one before it, and no less than one by so many. */
const STEP_FACTOR = 4;

/** Time and size of something that was read. */
export interface Reading {
  readonly ms: number;
  readonly bytes: number;
}

/** Whether what was read since the last commit is to be committed now, although the chunk has more. */
export function isCutDue({ ms, bytes }: Reading): boolean {
  return ms >= CUT_MS || bytes >= CUT_BYTES;
}

/** Whether a chunk of so many bytes may have to be cut, by the last one that was read; undefined: none was. */
export function mayNeedCuts(bytes: number, last: Reading | undefined): boolean {
  if (last === undefined || bytes > CUT_BYTES) return true;
  return (last.ms * bytes) / Math.max(1, last.bytes) > UNCUT_MS;
}

/**
 * The size of the next step, in whatever it is measured, after one of `size` that took `ms`. `least`: what takes long although it
 * is no larger takes long because of the way to the source.
 */
export function nextStep(size: number, ms: number, { least, most }: { least: number; most: number }): number {
  const factor = Math.min(STEP_FACTOR, Math.max(1 / STEP_FACTOR, STEP_MS / Math.max(1, ms)));
  return Math.max(least, Math.min(most, Math.round(size * factor)));
}
