import { setTimeout as sleep } from 'node:timers/promises';
import { faultText, locksOf } from './fault.ts';
import type { PlannedFault } from './fault-plan.ts';
import { type Field } from './field.ts';
import { inflict } from './inflict.ts';

/** More at once would leave nobody to take over. */
const AT_ONCE = 2;

export interface FaultReport {
  /** Faults that began and were mended. */
  readonly faults: number;
  /** Faults that could not be inflicted or mended: in themselves a finding. */
  readonly failures: readonly string[];
}

/**
 * Inflicts the planned faults at their times, up to two at once and never two on the same thing; one that has to wait for
 * another begins late. Settles when all that began are mended.
 */
export async function runFaults(field: Field, plan: readonly PlannedFault[], endMs: number): Promise<FaultReport> {
  const begin = performance.now();
  const held = new Set<string>();
  const running = new Set<Promise<void>>();
  const failures: string[] = [];
  let faults = 0;
  for (const [index, { atMs, fault }] of plan.entries()) {
    const early = atMs - (performance.now() - begin);
    if (early > 0) await sleep(early, undefined, { signal: field.signal });
    const locks = locksOf(fault, field.workers.length);
    while (running.size >= AT_ONCE || locks.some((lock) => held.has(lock))) await Promise.race(running);
    field.signal.throwIfAborted();
    if (performance.now() - begin > endMs) break;
    const label = `fault ${index + 1}`;
    field.print(`${label} (due ${(atMs / 1000).toFixed(1)} s): ${faultText(fault)}`);
    for (const lock of locks) held.add(lock);
    const one = inflict(field, fault)
      .then(
        () => {
          faults += 1;
          field.print(`${label} mended`);
        },
        (error: unknown) => {
          field.signal.throwIfAborted();
          failures.push(`${label} (${faultText(fault)}): ${error instanceof Error ? error.message : String(error)}`);
          field.print(`${label} FAILED: ${String(error)}`);
        },
      )
      .finally(() => {
        for (const lock of locks) held.delete(lock);
        running.delete(one);
      });
    one.catch(() => undefined); // interrupted: the loop notices by its signal
    running.add(one);
  }
  await Promise.all(running);
  return { faults, failures };
}
