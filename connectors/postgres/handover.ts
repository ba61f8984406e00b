import type { ChangeBatch } from '../change-batch.ts';
import type { Emitted, TaskContext } from '../source-connector.ts';
import type { Lsn } from './lsn.ts';
import { OffsetTracker } from './position/offset-tracker.ts';

/** What handing over takes of a task's context. */
type Host = Pick<TaskContext, 'emit' | 'commitNow' | 'signal'>;

/**
 * The only way from this connector to Kafka: hands batches to the task's host and knows what of them has arrived. Nothing is
 * confirmed to the server but what `durable` says.
 */
export class Handover {
  readonly #context: Host;
  readonly #tracker: OffsetTracker;
  readonly #failed = Promise.withResolvers<never>();
  readonly #waiting = new Set<PromiseWithResolvers<undefined>>();
  #failure: Error | undefined;
  /** When something was acknowledged last, or handed over while nothing was on its way (performance.now()). */
  #movedMs = 0;
  /** Called whenever `durable` may have moved. */
  onDurable: () => void = () => undefined;

  constructor(context: Host, durable: Lsn) {
    this.#context = context;
    this.#tracker = new OffsetTracker(durable);
    this.#failed.promise.catch(() => undefined);
    context.signal.addEventListener('abort', () => this.#letGo(new Error('the task is stopped')), { once: true });
  }

  /** Rejects when a batch could not be delivered, or nobody knows whether it was: the task is over then. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Why; undefined while all is well. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Everything before this is in Kafka together with the offset that says so. */
  get durable(): Lsn {
    return this.#tracker.durable;
  }

  /** When the newest change of those was committed at the source; null: not known. */
  get durableTimeMicros(): bigint | null {
    return this.#tracker.durableTimeMicros;
  }

  /** True when nothing is on its way. */
  get idle(): boolean {
    return this.#tracker.idle;
  }

  /** For how long nothing was acknowledged although something is on its way; null: nothing is. */
  get unacknowledgedMs(): number | null {
    return this.idle ? null : performance.now() - this.#movedMs;
  }

  /** `done`: everything before it is handed over once this batch is. The answer: wait for it before handing over more. */
  emit(batch: ChangeBatch, done: Lsn, timeMicros: bigint | null = null): Promise<void> | undefined {
    const { acknowledged, room } = this.#hand(batch, done, timeMicros);
    acknowledged.catch(() => undefined); // known by `failed`
    return room === undefined ? undefined : this.#wait(room);
  }

  /** Hands over and waits until Kafka has it. */
  async store(batch: ChangeBatch, done: Lsn): Promise<void> {
    const { acknowledged } = this.#hand(batch, done);
    acknowledged.catch(() => undefined); // when the task is stopped first
    this.#context.commitNow();
    await this.#wait(acknowledged);
  }

  /**
   * Waits for the promise, but no longer than the task lives. No Promise.race with a promise of the task's life: that would
   * keep a few hundred bytes of each wait until the task ends.
   */
  #wait(until: Promise<void>): Promise<void> {
    const waiting = Promise.withResolvers<undefined>();
    if (this.#context.signal.aborted) waiting.reject(new Error('the task is stopped'));
    this.#waiting.add(waiting);
    until.then(
      () => {
        this.#waiting.delete(waiting);
        waiting.resolve(undefined);
      },
      (error: unknown) => {
        this.#waiting.delete(waiting);
        waiting.reject(error);
      },
    );
    return waiting.promise;
  }

  #letGo(reason: Error): void {
    for (const waiting of this.#waiting) waiting.reject(reason);
    this.#waiting.clear();
  }

  #hand(batch: ChangeBatch, done: Lsn, timeMicros: bigint | null = null): Emitted {
    if (this.idle) this.#movedMs = performance.now();
    const acknowledge = this.#tracker.add(done, timeMicros);
    const emitted = this.#context.emit(batch);
    const acknowledged = emitted.acknowledged.then(
      () => {
        acknowledge();
        this.#movedMs = performance.now();
        this.onDurable();
      },
      (error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#failed.reject(this.#failure);
        this.#letGo(this.#failure);
        throw this.#failure;
      },
    );
    return { room: emitted.room, acknowledged };
  }
}
