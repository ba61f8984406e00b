import type { TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';

/** Where a record failed, in Connect's words (KIP-298). */
export type Stage = 'TRANSFORMATION' | 'HEADER_CONVERTER' | 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'KAFKA_PRODUCE';

/** A failure of one record in one stage. */
export class StageFailure extends Error {
  override readonly name = 'StageFailure';
  readonly stage: Stage;
  /** Class of the transform or converter. */
  readonly className: string;

  constructor(stage: Stage, className: string, cause: unknown) {
    super(textOf(cause), { cause });
    this.stage = stage;
    this.className = className;
  }
}

/** The settings `errors.*` of a connector. */
export interface ErrorHandling {
  readonly retryTimeoutMs: number;
  readonly retryDelayMaxMs: number;
  readonly tolerance: 'none' | 'all';
  readonly logs: boolean;
  readonly logsRecords: boolean;
}

/** Counted as Connect's task-error-metrics are. */
export interface ErrorFigures {
  /** total-record-failures: every failed attempt. */
  readonly failures: number;
  /** total-record-errors: records that failed for good. */
  readonly errors: number;
  /** total-records-skipped */
  readonly skipped: number;
  /** total-retries */
  readonly retries: number;
  /** total-errors-logged */
  readonly logged: number;
  /** last-error-timestamp, milliseconds since 1970; null: none yet. */
  readonly lastErrorMs: number | null;
}

export const noErrors: ErrorFigures = {
  failures: 0,
  errors: 0,
  skipped: 0,
  retries: 0,
  logged: 0,
  lastErrorMs: null,
};

export interface RecordErrorsOptions {
  /** `<connector>-<task>` */
  readonly id: string;
  readonly handling: ErrorHandling;
  readonly log: TaskLog;
  /** Milliseconds since 1970; default: the system's clock. */
  readonly now?: () => number;
  /** From 0 to 1; default Math.random. */
  readonly random?: () => number;
}

const FIRST_DELAY_MS = 300;
const LONGEST_RECORD_TEXT = 10_000;

/** `skipped`: go on with the next record; `again`: try the same one once more after so many milliseconds. */
export type Verdict = { readonly kind: 'skipped' } | { readonly kind: 'again'; readonly afterMs: number };

/**
 * Decides what happens to records that fail (KIP-298), and counts. A failure that may pass is tried again as long as
 * errors.retry.timeout allows; what remains is skipped or, without tolerance, ends the task.
 */
export class RecordErrors {
  readonly #options: RecordErrorsOptions;
  readonly #now: () => number;
  readonly #random: () => number;
  #figures = noErrors;
  #attempts = 0;
  #deadline = 0;
  #warned = false;

  constructor(options: RecordErrorsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
  }

  get figures(): ErrorFigures {
    return this.#figures;
  }

  get tolerates(): boolean {
    return this.#options.handling.tolerance === 'all';
  }

  /** The record that failed before got through. */
  passed(): void {
    this.#attempts = 0;
  }

  /** What is to be done after this failure. Throws what ends the task. `record`: its text, for the log. */
  judge(failure: StageFailure, record: () => string): Verdict {
    const now = this.#now();
    const afterMs = this.#retryDelay(failure.cause, now);
    this.#count({ failures: 1, ...(afterMs !== undefined && { retries: 1 }) });
    if (afterMs !== undefined) return { kind: 'again', afterMs };
    this.#attempts = 0;
    this.#failedForGood(failure, record, now);
    if (!this.tolerates) throw exceeded(failure.cause);
    this.#count({ skipped: 1 });
    return { kind: 'skipped' };
  }

  /** A record was left out behind the converters, where such ones are tolerated: a try of another one may go on meanwhile. */
  leftOut(failure: StageFailure, record: () => string): void {
    this.#count({ failures: 1, skipped: 1 });
    this.#failedForGood(failure, record, this.#now());
  }

  #failedForGood(failure: StageFailure, record: () => string, now: number): void {
    this.#count({ errors: 1 });
    this.#figures = { ...this.#figures, lastErrorMs: now };
    this.#report(failure, record);
  }

  /** Undefined: no (more) try. 300 ms, doubled each time; beyond the maximum a random time below it; cut at the deadline. */
  #retryDelay(cause: unknown, now: number): number | undefined {
    const { retryTimeoutMs, retryDelayMaxMs } = this.#options.handling;
    if (retryTimeoutMs === 0 || !(cause instanceof ConnectorError) || cause.retry !== 'automatic') return undefined;
    if (this.#attempts === 0) this.#deadline = retryTimeoutMs < 0 ? Infinity : now + retryTimeoutMs;
    if (now >= this.#deadline) return undefined;
    const doubled = FIRST_DELAY_MS * 2 ** this.#attempts;
    this.#attempts += 1;
    const delay = doubled > retryDelayMaxMs ? Math.floor(this.#random() * retryDelayMaxMs) : doubled;
    return Math.min(delay, this.#deadline - now);
  }

  #report({ stage, className, message }: StageFailure, record: () => string): void {
    const { id, handling, log } = this.#options;
    if (handling.logs) {
      const shown = handling.logsRecords ? `, where source record is = {${cut(record())}}` : '';
      log.error(
        { reason: message },
        `Error encountered in task ${id}. Executing stage '${stage}' with class '${className}'${shown}.`,
      );
      this.#count({ logged: 1 });
    } else if (this.tolerates && !this.#warned) {
      // Silence would hide a loss of data; one line says that there is one.
      this.#warned = true;
      log.warn(
        { stage, class: className, reason: message },
        'a record was skipped (errors.tolerance=all); errors.log.enable=true shows each one',
      );
    }
  }

  #count(more: Partial<Record<Exclude<keyof ErrorFigures, 'lastErrorMs'>, number>>): void {
    const { failures, errors, skipped, retries, logged, lastErrorMs } = this.#figures;
    this.#figures = {
      failures: failures + (more.failures ?? 0),
      errors: errors + (more.errors ?? 0),
      skipped: skipped + (more.skipped ?? 0),
      retries: retries + (more.retries ?? 0),
      logged: logged + (more.logged ?? 0),
      lastErrorMs,
    };
  }
}

/** Code and advice are those of the cause, the text begins as Connect's does. */
function exceeded(cause: unknown): ConnectorError {
  const code = cause instanceof ConnectorError ? cause.code : 'RECORD_FAILED';
  return new ConnectorError(code, `Tolerance exceeded in error handler: ${textOf(cause)}`, { cause });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function cut(text: string): string {
  return text.length > LONGEST_RECORD_TEXT ? `${text.slice(0, LONGEST_RECORD_TEXT)}…` : text;
}
