/**
 * Milliseconds of CLOCK_MONOTONIC: the same for all processes of one machine, never set back, running on while a process
 * is stopped. `performance.now()` counts from each process's own start and cannot be compared between processes.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
