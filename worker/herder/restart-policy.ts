import { parseSettings } from '../../settings/parse-settings.ts';
import { connectorSettings } from '../connector-settings.ts';
import type { Config } from './config-equality.ts';

export interface RestartLimits {
  /** Restarts in a row; -1: without limit. */
  readonly most: number;
  /** Restarts within any hour; -1: without limit. */
  readonly mostPerHour: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** The next restart, or why there is none. */
export type RestartDecision =
  | {
      readonly waitMs: number;
      /** Number of this restart in a row, from 1. */
      readonly attempt: number;
      /** Restarts left after this one, by the tighter of the two limits; null: without limit. */
      readonly left: number | null;
    }
  | { readonly spent: string };

/** A task that ran for so long has shown that its last failure is over. */
const provenMs = 10 * 60_000;
const hourMs = 60 * 60_000;
/** Tasks that failed together (a broker, a database) must not come back in one moment: each waits up to this part less. */
const jitter = 0.2;
const { taskRestartMax, taskRestartMaxPerHour, taskRestartBackoffMs, taskRestartBackoffMaxMs } = connectorSettings;
const settings = { taskRestartMax, taskRestartMaxPerHour, taskRestartBackoffMs, taskRestartBackoffMaxMs };

/** What a connector's configuration says about restarts; defaults where it is wrong, since validation has refused that. */
export function restartLimits(config: Config): RestartLimits {
  const { values, problems } = parseSettings(settings, config);
  const { values: defaults } = parseSettings(settings, {});
  const right = problems.size === 0 ? values : defaults;
  return {
    most: right.taskRestartMax,
    mostPerHour: right.taskRestartMaxPerHour,
    firstWaitMs: right.taskRestartBackoffMs,
    longestWaitMs: right.taskRestartBackoffMaxMs,
  };
}

/** After how long without progress a task of this connector counts as stalled; the default where the value is wrong. */
export function stallTimeoutMs(config: Config): number {
  const { taskStallTimeoutMs } = connectorSettings;
  const { values, problems } = parseSettings({ taskStallTimeoutMs }, config);
  return problems.size === 0
    ? values.taskStallTimeoutMs
    : parseSettings({ taskStallTimeoutMs }, {}).values.taskStallTimeoutMs;
}

/** Counts the restarts of one task, in a row and within the last hour, and says when the next one is due. */
export class RestartBudget {
  readonly #random: () => number;
  #restarts = 0;
  /** Restarts in a row that counted against no limit. */
  #free = 0;
  /** When the restarts of the last hour were decided, oldest first; monotonic milliseconds. */
  #times: number[] = [];

  /** `random`: at least 0, below 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The task has failed after running for so long (0: it never ran). */
  failed(ranMs: number): void {
    if (ranMs >= provenMs) this.#restarts = this.#free = 0;
  }

  /** A restart after a failure of the task; counts against both limits. */
  next(limits: RestartLimits, now: number): RestartDecision {
    this.#times = this.#times.filter((time) => time > now - hourMs);
    const { most, mostPerHour } = limits;
    if (most >= 0 && this.#restarts >= most)
      return { spent: `${String(this.#restarts)} restarts in a row are spent (task.restart.max=${String(most)})` };
    if (mostPerHour >= 0 && this.#times.length >= mostPerHour)
      return {
        spent: `${String(this.#times.length)} restarts within an hour are spent (task.restart.max.per.hour=${String(mostPerHour)})`,
      };
    const waitMs = this.#wait(limits, this.#restarts);
    this.#restarts += 1;
    // Without a limit nothing has to be remembered, and nothing may pile up.
    if (mostPerHour >= 0) this.#times.push(now);
    return { waitMs, attempt: this.#restarts, left: this.#left(limits) };
  }

  /** A restart that says nothing about the task: waits like the others, counts against no limit. */
  nextFree(limits: RestartLimits): Extract<RestartDecision, { waitMs: number }> {
    const waitMs = this.#wait(limits, this.#free);
    this.#free += 1;
    return { waitMs, attempt: this.#free, left: this.#left(limits) };
  }

  /** Somebody changed something: a new configuration, or a restart by hand. */
  reset(): void {
    this.#restarts = this.#free = 0;
    this.#times = [];
  }

  get restarts(): number {
    return this.#restarts;
  }

  #wait({ firstWaitMs, longestWaitMs }: RestartLimits, before: number): number {
    const wait = Math.min(firstWaitMs * 2 ** Math.min(before, 30), longestWaitMs);
    return Math.ceil(wait * (1 - jitter * this.#random()));
  }

  #left({ most, mostPerHour }: RestartLimits): number | null {
    const left = Math.min(
      most < 0 ? Infinity : Math.max(0, most - this.#restarts),
      mostPerHour < 0 ? Infinity : mostPerHour - this.#times.length,
    );
    return left === Infinity ? null : left;
  }
}
