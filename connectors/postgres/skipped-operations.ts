import type { RowChange } from '../change-event.ts';

/** The operations of `skipped.operations`; `none` stands for the empty list. */
export function skippedOperations(words: readonly string[]): ReadonlySet<RowChange['op']> {
  const operations: readonly RowChange['op'][] = ['c', 'u', 'd', 't'];
  return new Set(operations.filter((operation) => words.includes(operation)));
}
