import { catalogue } from '../../errors/catalogue.ts';
import type { Retry } from '../../errors/error-definition.ts';
import { redactText } from '../redaction.ts';
import type { TaskFailure } from '../task-host/messages.ts';

/** One kind of failure of a task, with how often it came in a row. */
export interface FailureNote {
  readonly code: string;
  readonly message: string;
  /** The chain of causes, outermost first. */
  readonly causes: readonly string[];
  /** What the operator should do; null for a code that the catalogue does not know. */
  readonly hint: string | null;
  readonly retry: Retry;
  readonly count: number;
  /** Epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

const causePrefix = 'Caused by: ';
const mostKept = 10;
const mostCauses = 10;

function hintOf(code: string): string | null {
  const entry = Object.entries(catalogue).find(([known]) => known === code);
  return entry === undefined ? null : entry[1].advice;
}

/** The last ten failures of a task; one that repeats itself is counted rather than kept again. */
export class FailureRing {
  #notes: FailureNote[] = [];
  #total = new Map<string, number>();

  add({ code, message, trace, retry }: TaskFailure, nowMs: number): void {
    this.#total.set(code, (this.#total.get(code) ?? 0) + 1);
    const text = redactText(message);
    const last = this.#notes.at(-1);
    if (last?.code === code && last.message === text) {
      this.#notes[this.#notes.length - 1] = { ...last, count: last.count + 1, lastMs: nowMs };
      return;
    }
    const causes = trace
      .split('\n')
      .filter((line) => line.startsWith(causePrefix))
      .slice(0, mostCauses)
      .map((line) => redactText(line.slice(causePrefix.length)));
    this.#notes.push({
      code,
      message: text,
      causes,
      hint: hintOf(code),
      retry,
      count: 1,
      firstMs: nowMs,
      lastMs: nowMs,
    });
    if (this.#notes.length > mostKept) this.#notes.shift();
  }

  /** Oldest first. */
  get notes(): readonly FailureNote[] {
    return [...this.#notes];
  }

  /** How often each code came since the task is here. */
  get totals(): ReadonlyMap<string, number> {
    return this.#total;
  }
}
