/**
 * Milliseconds of CLOCK_MONOTONIC: runs on while the process is stopped, is never set back, and is the same for all processes of a
 * machine, so that a lease may count from it elsewhere. `performance.now()` counts from the start of each process.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
