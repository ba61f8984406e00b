import type { HerderPort, Stage } from '../herder/herder-port.ts';

/**
 * The herder as REST sees it while the worker starts: requests that come before it is there wait for it. The port opens
 * before the worker joins its group, as in Connect, so that a probe gets an answer from the first moment.
 */
export class HerderAccess {
  readonly #ready = Promise.withResolvers<HerderPort>();
  readonly #startedAt = new Date();
  #herder: HerderPort | undefined;

  /** The herder is there; requests that wait go on. */
  open(herder: HerderPort): void {
    this.#herder = herder;
    this.#ready.resolve(herder);
  }

  get current(): HerderPort | undefined {
    return this.#herder;
  }

  /** Never rejects: a worker whose start fails ends. */
  ready(): Promise<HerderPort> {
    return this.#ready.promise;
  }

  /** What the worker does, or did last. */
  stage(): Stage | undefined {
    if (this.#herder !== undefined) return this.#herder.stage();
    return { description: 'awaiting startup', startedAt: this.#startedAt };
  }
}

/** Connect's sentence about a stage; empty when nothing is known. */
export function stageSentence(stage: Stage | undefined): string {
  if (stage === undefined) return '';
  const began = stage.startedAt.toISOString();
  if (stage.completedAt === undefined) return `The worker is currently ${stage.description}, which began at ${began}.`;
  return `The last operation the worker completed was ${stage.description}, which began at ${began} and completed at ${stage.completedAt.toISOString()}.`;
}
