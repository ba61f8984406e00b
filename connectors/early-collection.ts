import { setFlagsFromString } from 'node:v8';

/**
 * By how much V8 lets the old generation grow, in percent of what was alive, before it collects it (`node --v8-options`). By itself
 * it doubles: a snapshot of 20,000 tables took 833 MB in worker and task host so, and 686 with this (both while they were
 * profiled), in the same CPU time. A host that drains a backlog, and keeps little, loses 8 % of its rows/s
 * with it (docs/performance.md).
 */
const HEAP_GROWTH = '--heap-growing-percent=30';

/** For a process that keeps much for long: from now on it keeps less garbage beside it. */
export function collectEarly(): void {
  // Looked at with every collection, so that it may still be set now (heap.cc, ComputeOldGenerationAllocationLimit).
  setFlagsFromString(HEAP_GROWTH);
}
