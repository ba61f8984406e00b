import type { ChangeBatch } from '../change-batch.ts';
import type { Emitted, TaskContext } from '../source-connector.ts';
import type { Lsn } from './lsn.ts';
import { OffsetTracker } from './position/offset-tracker.ts';

/**
 * The only way from this connector to Kafka: hands batches to the task's host and knows what of them has arrived. Nothing is
 * confirmed to the server but what `durable` says.
 */
export class Handover {
  readonly #context: TaskContext;
  readonly #tracker: OffsetTracker;
  readonly #failed = Promise.withResolvers<never>();
  readonly #stopped = Promise.withResolvers<never>();
  #failure: Error | undefined;
  /** Called whenever `durable` may have moved. */
  onDurable: () => void = () => undefined;

  constructor(context: TaskContext, durable: Lsn) {
    this.#context = context;
    this.#tracker = new OffsetTracker(durable);
    this.#failed.promise.catch(() => undefined);
    this.#stopped.promise.catch(() => undefined);
    const { signal } = context;
    signal.addEventListener('abort', () => this.#stopped.reject(new Error('the task is stopped')), { once: true });
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

  /** True when nothing is on its way. */
  get idle(): boolean {
    return this.#tracker.idle;
  }

  /** `done`: everything before it is handed over once this batch is. The answer: wait for it before handing over more. */
  emit(batch: ChangeBatch, done: Lsn): Promise<void> | undefined {
    const { acknowledged, room } = this.#hand(batch, done);
    acknowledged.catch(() => undefined); // known by `failed`
    return room === undefined ? undefined : Promise.race([room, this.failed, this.#stopped.promise]);
  }

  /** Hands over and waits until Kafka has it. */
  async store(batch: ChangeBatch, done: Lsn): Promise<void> {
    const { acknowledged } = this.#hand(batch, done);
    acknowledged.catch(() => undefined); // when the task is stopped first
    this.#context.commitNow();
    await Promise.race([acknowledged, this.#stopped.promise]);
  }

  #hand(batch: ChangeBatch, done: Lsn): Emitted {
    const acknowledge = this.#tracker.add(done);
    const emitted = this.#context.emit(batch);
    const acknowledged = emitted.acknowledged.then(
      () => {
        acknowledge();
        this.onDurable();
      },
      (error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#failed.reject(this.#failure);
        throw this.#failure;
      },
    );
    return { room: emitted.room, acknowledged };
  }
}
