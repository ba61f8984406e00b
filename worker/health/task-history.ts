import type { TaskFailure, TaskPlugins, TaskProgress } from '../task-host/messages.ts';
import { FailureRing, type FailureNote } from './failure-ring.ts';
import { RateWindow } from './rate-window.ts';
import { stallOf, type StallReason } from './stall-rule.ts';

/** What a worker does with a task just now. */
export type RunState = 'idle' | 'starting' | 'running' | 'paused' | 'stopping' | 'waiting' | 'failed' | 'finished';

/** The restart that a failed task waits for. */
export interface NextRestart {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Number in a row, from 1. */
  readonly attempt: number;
  /** Restarts left after it; null: without limit. */
  readonly left: number | null;
}

/** All that a worker knows of one of its tasks. Times without another word are epoch milliseconds. */
export interface TaskSnapshot {
  readonly run: RunState;
  readonly sinceMs: number;
  readonly reportedMs: number | null;
  readonly progress: TaskProgress | null;
  /** The code of this run; null: it has not said yet. */
  readonly plugins: TaskPlugins | null;
  readonly recordsPerSecond: number;
  readonly polledPerSecond: number;
  readonly stalled: { readonly reason: StallReason; readonly sinceMs: number } | null;
  /** Parts of the time since the task came here, 0 to 1. */
  readonly runningRatio: number;
  readonly pausedRatio: number;
  readonly restarts: number;
  readonly next: NextRestart | null;
  /** Why it is not started again by itself although its failure may pass; null: it is, or has not failed. */
  readonly spent: string | null;
  readonly failures: readonly FailureNote[];
  readonly failureTotals: ReadonlyMap<string, number>;
}

/** Both clocks of one moment: monotonic for spans, epoch for people. */
export interface Moment {
  readonly now: number;
  readonly epochMs: number;
}

/**
 * What has become of a task since it came to this worker. Told each change of state and each report; judges by the monotonic
 * clock of the worker alone, so that neither a set clock nor a frozen host can make a task look well.
 */
export class TaskHistory {
  readonly #bornAt: number;
  readonly #failures = new FailureRing();
  #records = new RateWindow();
  #polled = new RateWindow();
  #run: RunState = 'idle';
  #enteredAt: number;
  #ranMs = 0;
  #pausedMs = 0;
  #progress: TaskProgress | undefined;
  #plugins: TaskPlugins | undefined;
  #reportedAt: number | undefined;
  #progressAt = 0;
  #headAtProgress: string | null | undefined;
  #restarts = 0;
  #next: NextRestart | undefined;
  #spent: string | undefined;

  constructor(now: number) {
    this.#bornAt = this.#enteredAt = now;
  }

  /** The task is in another state from now on. */
  entered(run: RunState, now: number): void {
    this.#close(now);
    if (run !== 'waiting') this.#next = undefined;
    if (run !== 'failed' && run !== 'idle') this.#spent = undefined;
    if (run === 'starting') this.#forgetRun();
    // Nothing acknowledged while it was paused or started up is no stall.
    if (run === 'running') this.#progressAt = now;
    this.#run = run;
    this.#enteredAt = now;
  }

  /** The run has loaded its code. */
  loaded(plugins: TaskPlugins): void {
    this.#plugins = plugins;
  }

  reported(progress: TaskProgress, now: number): void {
    const before = this.#progress;
    const head = progress.source?.head ?? null;
    if (before === undefined || progress.transactions !== before.transactions) {
      this.#progressAt = now;
      this.#headAtProgress = head;
    }
    // The head is asked for only once in a while; the first one known counts as that of then.
    this.#headAtProgress ??= head;
    this.#progress = progress;
    this.#reportedAt = now;
    this.#records.add(now, progress.records);
    this.#polled.add(now, progress.polled);
  }

  failed(failure: TaskFailure, epochMs: number): void {
    this.#failures.add(failure, epochMs);
  }

  /** After `entered('waiting')`. */
  waitsFor(next: NextRestart): void {
    this.#next = next;
    this.#restarts += 1;
  }

  /** Its restarts are spent. */
  spent(reason: string): void {
    this.#spent = reason;
  }

  snapshot({ now, epochMs }: Moment, stallMs: number): TaskSnapshot {
    const past = (at: number): number => Math.round(epochMs - (now - at));
    const span = Math.max(1, now - this.#bornAt);
    const open = now - this.#enteredAt;
    const reason = this.#stall(now, stallMs);
    return {
      run: this.#run,
      sinceMs: past(this.#enteredAt),
      reportedMs: this.#reportedAt === undefined ? null : past(this.#reportedAt),
      progress: this.#progress ?? null,
      plugins: this.#plugins ?? null,
      recordsPerSecond: this.#run === 'running' ? this.#records.perSecond : 0,
      polledPerSecond: this.#run === 'running' ? this.#polled.perSecond : 0,
      stalled: reason === null ? null : { reason, sinceMs: past(this.#stalledSince(reason)) },
      runningRatio: (this.#ranMs + (this.#run === 'running' ? open : 0)) / span,
      pausedRatio: (this.#pausedMs + (this.#run === 'paused' ? open : 0)) / span,
      restarts: this.#restarts,
      next: this.#next ?? null,
      spent: this.#spent ?? null,
      failures: this.#failures.notes,
      failureTotals: this.#failures.totals,
    };
  }

  #stall(now: number, stallMs: number): StallReason | null {
    if (this.#run !== 'running') return null;
    const source = this.#progress?.source;
    return stallOf(
      {
        sinceProgressMs: now - this.#progressAt,
        sinceReportMs: now - this.#lastWordAt,
        pendingBytes: this.#progress?.pendingBytes ?? 0,
        lagBytes: source?.lagBytes ?? null,
        headMoved: source !== undefined && source !== null && source.head !== this.#headAtProgress,
      },
      stallMs,
    );
  }

  #stalledSince(reason: StallReason): number {
    return reason === 'no-report' ? this.#lastWordAt : this.#progressAt;
  }

  get #lastWordAt(): number {
    return Math.max(this.#reportedAt ?? -Infinity, this.#enteredAt);
  }

  #close(now: number): void {
    if (this.#run === 'running') this.#ranMs += now - this.#enteredAt;
    if (this.#run === 'paused') this.#pausedMs += now - this.#enteredAt;
  }

  /** The counters of the next run begin at 0. */
  #forgetRun(): void {
    this.#progress = undefined;
    this.#plugins = undefined;
    this.#reportedAt = undefined;
    this.#headAtProgress = undefined;
    this.#records = new RateWindow();
    this.#polled = new RateWindow();
  }
}
