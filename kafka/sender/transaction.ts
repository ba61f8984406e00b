import { setImmediate as turnOver } from 'node:timers/promises';
import type { CoordinatorClient } from './coordinator-client.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { addPartitions, endTransaction } from './transaction-calls.ts';

export interface TransactionOptions {
  readonly coordinator: CoordinatorClient;
  readonly identity: () => ProducerIdentity;
  readonly checkLease: () => void;
  readonly life: AbortSignal;
  readonly onAdded: (queues: readonly PartitionQueue[]) => void;
  readonly onFailed: (error: unknown) => void;
}

const NAMED_TOPICS = 5;

/**
 * One transaction after the other: a partition gets records only after the coordinator knows that it is part of the
 * open one. Begun by the first partition, so a commit without records costs nothing.
 */
export class Transaction {
  readonly #options: TransactionOptions;
  readonly #added = new Set<PartitionQueue>();
  readonly #wanted = new Set<PartitionQueue>();
  #adding: Promise<void> | undefined;
  /** Partitions that the commit will write to, as far as the last one told. */
  #expected: readonly PartitionQueue[] = [];
  #repeated = false;
  #begun = false;
  #ending = false;

  constructor(options: TransactionOptions) {
    this.#options = options;
  }

  /** Whether the coordinator may have an open transaction that nobody has tried to commit. */
  get canAbort(): boolean {
    return this.#begun && !this.#ending;
  }

  /**
   * Whether the partition is part of the transaction; if not it is added, together with all others wanted in this turn.
   */
  admits(queue: PartitionQueue): boolean {
    if (this.#added.has(queue)) return true;
    this.want([queue]);
    return false;
  }

  /** Says that these partitions will get records. */
  want(queues: Iterable<PartitionQueue>): void {
    for (const queue of queues) if (!this.#added.has(queue)) this.#wanted.add(queue);
    if (this.#wanted.size > 0) this.#adding ??= this.#add();
  }

  /**
   * Says where commits write their offsets: these partitions are added with the first ones, which saves a round trip.
   */
  expect(queues: readonly PartitionQueue[]): void {
    this.#expected = queues;
  }

  /** Ends the transaction. `repeated`: a copy of one of its requests may still be on its way to the coordinator. */
  async end(committed: boolean, life = this.#options.life): Promise<{ readonly repeated: boolean }> {
    const { coordinator, identity, checkLease } = this.#options;
    this.#ending = true;
    const { repeated } = await coordinator.call({
      what: committed ? 'commit' : 'abort',
      life,
      check: committed ? checkLease : () => undefined,
      send: (broker) => endTransaction(broker, coordinator.transactionalId, identity(), committed),
    });
    const any = repeated || this.#repeated;
    this.#added.clear();
    this.#repeated = false;
    this.#begun = false;
    this.#ending = false;
    return { repeated: any };
  }

  async #add(): Promise<void> {
    const { life, onAdded, onFailed } = this.#options;
    try {
      // Whatever else the caller appends in this turn of the event loop goes along.
      await turnOver();
      while (this.#wanted.size > 0 && !life.aborted) onAdded(await this.#addWanted());
    } catch (error) {
      onFailed(error);
    } finally {
      this.#adding = undefined;
    }
  }

  async #addWanted(): Promise<PartitionQueue[]> {
    const { coordinator, identity, checkLease, life } = this.#options;
    const early = this.#expected.filter((queue) => !this.#added.has(queue));
    const queues = [...new Set([...this.#wanted, ...early])];
    this.#wanted.clear();
    this.#begun = true;
    const { repeated } = await coordinator.call({
      what: `adding ${topicNames(queues)} to the transaction`,
      life,
      check: checkLease,
      send: (broker) => addPartitions(broker, coordinator.transactionalId, identity(), queues),
    });
    this.#repeated ||= repeated;
    for (const queue of queues) this.#added.add(queue);
    return queues;
  }
}

/** For messages: an answer that refuses a partition does not name its topic. */
function topicNames(queues: readonly PartitionQueue[]): string {
  const names = [...new Set(queues.map(({ topic }) => topic))];
  const rest = names.length - NAMED_TOPICS;
  return `${names.slice(0, NAMED_TOPICS).join(', ')}${rest > 0 ? ` and ${rest} more topics` : ''}`;
}
