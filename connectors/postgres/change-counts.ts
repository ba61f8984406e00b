import type { ChangeFigures } from '../source-progress.ts';

/**
 * Counts the changes of a task's whole life by operation: plain numbers that the decoder raises, one addition per change. What is
 * read again after a lost connection without having been handed over before counts again.
 */
export class ChangeCounts {
  creates = 0;
  updates = 0;
  deletes = 0;
  truncates = 0;
  /** Those of them whose table is not captured. */
  filtered = 0;

  get figures(): ChangeFigures {
    const { creates, updates, deletes, truncates, filtered } = this;
    return { creates, updates, deletes, truncates, filtered };
  }
}
