/** What is known about the open transaction when the question is asked. Times in milliseconds. */
export interface OpenTransaction {
  readonly ageMs: number;
  readonly bytes: number;
  /** Since the last batch came in. */
  readonly quietMs: number;
  /** How long the last commit took: transactions that touch very many partitions take long to end. */
  readonly lastCommitMs: number;
  readonly commitAsked: boolean;
}

/** Reference: algorithms, transactions of a task. */
export const TRANSACTION_MAX_MS = 100;
export const TRANSACTION_MAX_BYTES = 16 * 1024 * 1024;
/** A transaction of this size means that a backlog is being read: waiting a moment for more is cheaper than many commits. */
const BACKLOG_BYTES = 128 * 1024;
/** In a backlog the input counts as dry only after this pause; with a trickle it is dry as soon as nothing waits. */
const BACKLOG_QUIET_MS = 4;

/**
 * When to commit: as soon as the input runs dry, after 100 ms, or at 16 MB. When commits themselves take long the time
 * grows with them (twice the last one, at most a second), so that committing never takes more than a third of the time.
 * Answers 0 for now, or the milliseconds after which to ask again.
 */
export function commitIn(open: OpenTransaction): number {
  if (open.commitAsked || open.bytes >= TRANSACTION_MAX_BYTES) return 0;
  const maximum = Math.min(1000, Math.max(TRANSACTION_MAX_MS, 2 * open.lastCommitMs));
  if (open.ageMs >= maximum) return 0;
  const quiet = open.bytes >= BACKLOG_BYTES ? BACKLOG_QUIET_MS : 0;
  if (open.quietMs >= quiet) return 0;
  return Math.min(maximum - open.ageMs, quiet - open.quietMs);
}
