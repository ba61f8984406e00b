import { setTimeout as sleep } from 'node:timers/promises';
import { faultText, locksOf } from './fault.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { Field } from './field.ts';
import { inflict, recovered } from './inflict.ts';

/** More at once would leave nobody to take over. */
const AT_ONCE = 2;
const POLL_MS = 20;

export interface FaultReport {
  /** Faults that began and were mended. */
  readonly faults: number;
  /** Faults that could not be inflicted, mended or recovered from: in themselves a finding. */
  readonly failures: readonly string[];
}

/**
 * Inflicts planned faults at their times, up to two at once and never two on the same thing; one that has to wait for another
 * begins late.
 */
export class FaultRun {
  readonly #field: Field;
  /** What is broken or recovers. */
  readonly #held = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #failures: string[] = [];
  #unmended = 0;
  #faults = 0;

  constructor(field: Field) {
    this.#field = field;
  }

  /** Settles when all that began are mended and recovered from; after `endMs` none begins. */
  async run(plan: readonly PlannedFault[], endMs: number): Promise<FaultReport> {
    const { signal, workers, print } = this.#field;
    const begin = performance.now();
    const isOver = (): boolean => performance.now() - begin > endMs;
    for (const [index, { atMs, fault }] of plan.entries()) {
      const locks = locksOf(fault, workers.length);
      await sleep(Math.max(0, atMs - (performance.now() - begin)), undefined, { signal });
      while (this.#mustWait(locks) && !isOver()) await sleep(POLL_MS, undefined, { signal });
      if (isOver()) break;
      const label = `fault ${index + 1}`;
      print(`${label} (due ${(atMs / 1000).toFixed(1)} s): ${faultText(fault)}`);
      for (const lock of locks) this.#held.add(lock);
      const one = this.#inflict(label, { atMs, fault }).finally(() => {
        for (const lock of locks) this.#held.delete(lock);
        this.#running.delete(one);
      });
      this.#running.add(one);
    }
    await Promise.all(this.#running);
    signal.throwIfAborted();
    return { faults: this.#faults, failures: this.#failures };
  }

  #mustWait(locks: readonly string[]): boolean {
    return this.#unmended >= AT_ONCE || locks.some((lock) => this.#held.has(lock));
  }

  async #inflict(label: string, { fault }: PlannedFault): Promise<void> {
    const { print } = this.#field;
    try {
      this.#unmended += 1;
      await inflict(this.#field, fault).finally(() => (this.#unmended -= 1));
      this.#faults += 1;
      print(`${label} mended`);
      await recovered(this.#field, fault);
    } catch (error) {
      if (this.#field.signal.aborted) return; // the run notices by its signal
      const text = error instanceof Error ? error.message : String(error);
      this.#failures.push(`${label} (${faultText(fault)}): ${text}`);
      print(`${label} FAILED: ${text}`);
    }
  }
}
