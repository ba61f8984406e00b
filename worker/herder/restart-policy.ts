import { parseSettings } from '../../settings/parse-settings.ts';
import { connectorSettings } from '../connector-settings.ts';
import type { Config } from './config-equality.ts';

export interface RestartLimits {
  /** Restarts in a row; -1: without limit. */
  readonly most: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** A task that ran for so long has shown that its last failure is over. */
const provenMs = 10 * 60_000;
const { taskRestartMax, taskRestartBackoffMs, taskRestartBackoffMaxMs } = connectorSettings;
const settings = { taskRestartMax, taskRestartBackoffMs, taskRestartBackoffMaxMs };

/** What a connector's configuration says about restarts; defaults where it is wrong, since validation has refused that. */
export function restartLimits(config: Config): RestartLimits {
  const { values, problems } = parseSettings(settings, config);
  const { values: defaults } = parseSettings(settings, {});
  const right = problems.size === 0 ? values : defaults;
  return {
    most: right.taskRestartMax,
    firstWaitMs: right.taskRestartBackoffMs,
    longestWaitMs: right.taskRestartBackoffMaxMs,
  };
}

/** Counts the restarts in a row of one task and says when the next one is due. */
export class RestartBudget {
  #restarts = 0;

  /** The task has failed after running for so long (0: it never ran). */
  failed(ranMs: number): void {
    if (ranMs >= provenMs) this.#restarts = 0;
  }

  /** Milliseconds until the next restart; undefined: the budget is spent. */
  next(limits: RestartLimits): number | undefined {
    if (limits.most >= 0 && this.#restarts >= limits.most) return undefined;
    const wait = limits.firstWaitMs * 2 ** Math.min(this.#restarts, 30);
    this.#restarts += 1;
    return Math.min(wait, limits.longestWaitMs);
  }

  /** Somebody changed something: a new configuration, or a restart by hand. */
  reset(): void {
    this.#restarts = 0;
  }

  get restarts(): number {
    return this.#restarts;
  }
}
