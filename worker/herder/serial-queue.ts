import type { Stage } from './herder-port.ts';

/** What a queued request may do while it runs. */
export interface QueueStep {
  /** Names what is being done from now on, for the text of a request that timed out. */
  stage(description: string): void;
}

/** Runs one request at a time, in the order of arrival; a request that fails disturbs no other. */
export class SerialQueue {
  readonly #now: () => Date;
  #tail: Promise<unknown> = Promise.resolve();
  #stage: Stage | undefined;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  /** The outcome of `work`, once everything queued before it is over. */
  run<T>(description: string, work: (step: QueueStep) => Promise<T> | T): Promise<T> {
    const result = this.#tail.then(async () => {
      const step = { stage: (next: string) => this.#begin(next) };
      step.stage(description);
      try {
        return await work(step);
      } finally {
        this.#complete();
      }
    });
    // The queue goes on whatever the outcome; the caller gets it through `result`.
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Settles when everything queued so far is over: a sign of life. */
  async passed(): Promise<void> {
    await this.#tail;
  }

  /** What is being done now, or was done last. */
  get stage(): Stage | undefined {
    return this.#stage;
  }

  #begin(description: string): void {
    this.#stage = { description, startedAt: this.#now() };
  }

  #complete(): void {
    if (this.#stage !== undefined) this.#stage = { ...this.#stage, completedAt: this.#now() };
  }
}
