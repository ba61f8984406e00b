/** How many starts were tried, and how they ended. */
export interface Startups {
  readonly attempts: number;
  readonly successes: number;
  readonly failures: number;
}

/** Counts the starts of connectors or tasks on this worker (Connect's connector-startup-… and task-startup-…). */
export class StartupCounts {
  #successes = 0;
  #failures = 0;

  ended(well: boolean): void {
    if (well) this.#successes += 1;
    else this.#failures += 1;
  }

  get counts(): Startups {
    return { attempts: this.#successes + this.#failures, successes: this.#successes, failures: this.#failures };
  }
}
