import { ConnectorError } from '../../errors/connector-error.ts';
import { abortable } from '../abortable.ts';
import { BatchLimit } from './batch-limit.ts';
import { BufferPool } from './buffer-pool.ts';
import { CommitRound } from './commit-round.ts';
import { CoordinatorClient } from './coordinator-client.ts';
import { recordOf } from './encoded-record.ts';
import { LingerTimer } from './linger-timer.ts';
import { newIdempotentProducer, nextEpoch, takeOver } from './open-producer.ts';
import type { PartitionQueue, QueueRound } from './partition-queue.ts';
import { ProduceLoop } from './produce-loop.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { senderFailure } from './sender-failure.ts';
import type { CommitOffset, SenderOptions, TopicOptions } from './sender-options.ts';
import { TopicQueues, type TopicSender } from './topic-sender.ts';
import type { OnTooLarge } from './too-large-record.ts';
import { Transaction } from './transaction.ts';

export type { CommitOffset, SenderOptions } from './sender-options.ts';
export type { OnTooLarge, TooLargeRecord } from './too-large-record.ts';
export type { TopicSender } from './topic-sender.ts';

const FREE_BUFFER_BYTES = 8 * 1024 * 1024;

const CLOSE_MS = 5000;

/** What belongs to the end of a round beside its records. */
interface RoundEnd {
  readonly offsets: readonly CommitOffset[];
  readonly before: (() => Promise<void>) | undefined;
}

/**
 * One producer of Kafka, idempotent or transactional: what a `commit` that resolved covers is in Kafka once and in
 * order, and what no commit covers is never visible to a read_committed reader (transactional). The first failure that
 * repeating cannot mend ends it: every later call fails with it, and nothing more is written.
 */
export class Sender {
  /** Resolves with what ended the sender; stays pending when it is closed without a failure. Never rejects. */
  readonly failed: Promise<ConnectorError>;
  readonly #options: SenderOptions;
  readonly #coordinator: CoordinatorClient | undefined;
  readonly #transaction: Transaction | undefined;
  readonly #loop: ProduceLoop;
  readonly #linger: LingerTimer;
  readonly #pool = new BufferPool(FREE_BUFFER_BYTES);
  readonly #topics = new Map<string, TopicQueues>();
  readonly #life = new AbortController();
  readonly #resolveFailed: (error: ConnectorError) => void;
  #identity: ProducerIdentity;
  #round: QueueRound = new CommitRound(true);
  #committing: QueueRound | undefined;
  #acknowledgedTopics = new Set<string>();
  #ended: ConnectorError | undefined;
  #closed: Promise<void> | undefined;

  private constructor(options: SenderOptions, identity: ProducerIdentity, coordinator: CoordinatorClient | undefined) {
    this.#options = options;
    this.#identity = identity;
    this.#coordinator = coordinator;
    const { promise, resolve } = Promise.withResolvers<ConnectorError>();
    this.failed = promise;
    this.#resolveFailed = resolve;
    const shared = {
      life: this.#life.signal,
      identity: (): ProducerIdentity => this.#identity,
      checkLease: (): void => this.#checkLease(),
      onFailed: (error: unknown): void => void this.#fail(error),
    };
    const wake = (queues: Iterable<PartitionQueue>): void => this.#loop.wake(queues);
    this.#transaction =
      coordinator === undefined ? undefined : new Transaction({ ...shared, coordinator, onAdded: wake });
    this.#loop = new ProduceLoop({
      ...shared,
      ...options,
      admits: (queue) => this.#transaction?.admits(queue) ?? true,
    });
    this.#linger = new LingerTimer(options.lingerMs, wake);
  }

  /**
   * Asks Kafka for a producer id. With a transactional id this fences the former owner and aborts its open transaction;
   * what that one had committed is readable when this resolves.
   */
  static async open(options: SenderOptions, signal: AbortSignal): Promise<Sender> {
    const { transactionalId, transactionTimeoutMs } = options;
    if (transactionalId === undefined)
      return new Sender(options, await newIdempotentProducer(options, signal), undefined);
    const coordinator = new CoordinatorClient({ ...options, transactionalId });
    return new Sender(options, await takeOver(coordinator, transactionTimeoutMs, signal), coordinator);
  }

  /**
   * Where records of this topic go. KAFKA_UNKNOWN_TOPIC or KAFKA_AUTHORIZATION when that cannot be. With `onTooLarge`
   * records that Kafka does not take because of their size are left out instead of ending the sender; the first who
   * opens a topic decides it. Not for a topic of offsets: one left out would be lost.
   */
  async topic(name: string, { onTooLarge, ...options }: TopicOptions): Promise<TopicSender> {
    this.#check();
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const { partitions } = await this.#options.cluster.topic(name, options);
    const opened = this.#topics.get(name) ?? this.#open(name, partitions.size, onTooLarge);
    this.#topics.set(name, opened);
    return opened;
  }

  /** The producer as Kafka knows it: a new owner of the transactional id has a higher epoch. */
  get identity(): ProducerIdentity {
    return this.#identity;
  }

  /** Bytes appended whose commit is not over. */
  get pendingBytes(): number {
    return this.#round.bytes + (this.#committing?.bytes ?? 0);
  }

  /** Bytes appended that Kafka has not acknowledged; a transaction may be far larger. */
  get unacknowledgedBytes(): number {
    const committed = this.#committing?.acknowledgedBytes ?? 0;
    return this.pendingBytes - this.#round.acknowledgedBytes - committed;
  }

  /**
   * Ends what was appended since the last call. Transactional: the offsets are appended to it, and the transaction is
   * committed. Idempotent: the offsets are written once everything before them is acknowledged. Resolves when Kafka
   * holds all of it. What is appended after the call belongs to the next one and is batched and compressed meanwhile.
   * One commit at a time. `before` is awaited before the offsets can be read; when it rejects, the commit fails.
   */
  async commit(offsets: readonly CommitOffset[], before?: () => Promise<void>): Promise<void> {
    await this.#end(async (round) => {
      if (round.queues.size === 0 && offsets.length === 0) return;
      if (this.#transaction === undefined) await this.#commitPlain(round, offsets, before);
      else await this.#commitTransaction(this.#transaction, round, { offsets, before });
      for (const { topic } of round.queues) this.#acknowledgedTopics.add(topic);
    });
  }

  /**
   * Transactional: drops what was appended since the last call, and commits the offsets in a transaction of their own.
   * Otherwise as `commit`.
   */
  async abort(offsets: readonly CommitOffset[], before?: () => Promise<void>): Promise<void> {
    await this.#end(async (round) => {
      if (this.#transaction === undefined) await this.#commitPlain(round, offsets, before);
      else await this.#abortTransaction(this.#transaction, round, { offsets, before });
    });
  }

  async #end(end: (round: QueueRound) => Promise<void>): Promise<void> {
    this.#check();
    if (this.#committing !== undefined)
      throw new ConnectorError('INTERNAL', 'a commit began before the last one was over');
    this.#committing = this.#round;
    try {
      await end(this.#committing);
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#committing = undefined;
    }
  }

  /** The topics that commits since the last call have put records or offsets into. */
  takeAcknowledgedTopics(): ReadonlySet<string> {
    const topics = this.#acknowledgedTopics;
    this.#acknowledgedTopics = new Set();
    return topics;
  }

  /**
   * Ends the sender; waiting commits fail. An open transaction is aborted where that is possible without a doubt (else
   * the next owner or the transaction's time-out does it). Done within 5 s.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #commitPlain(round: QueueRound, offsets: readonly CommitOffset[], before?: () => Promise<void>): Promise<void> {
    this.#round = new CommitRound(true);
    await this.#flush(round);
    await before?.();
    if (offsets.length === 0) return;
    this.#appendOffsets(round, offsets);
    await this.#flush(round);
  }

  async #commitTransaction(transaction: Transaction, round: QueueRound, { offsets, before }: RoundEnd): Promise<void> {
    const offsetQueues = this.#appendOffsets(round, offsets);
    const next: QueueRound = new CommitRound(false);
    this.#round = next;
    await this.#flush(round);
    await before?.();
    const { repeated } = await transaction.end(true);
    transaction.expect(offsetQueues);
    if (repeated) void this.#renew(next);
    else this.#release(next);
  }

  async #abortTransaction(transaction: Transaction, round: QueueRound, { offsets, before }: RoundEnd): Promise<void> {
    const next: QueueRound = new CommitRound(false);
    this.#round = next;
    // Everything leaves first, so that the numbering of the partitions has no gap.
    await this.#flush(round);
    let repeated = transaction.canAbort && (await transaction.end(false)).repeated;
    if (repeated) await this.#nextEpoch();
    if (offsets.length > 0) {
      const own: QueueRound = new CommitRound(true);
      this.#committing = own;
      this.#appendOffsets(own, offsets);
      await this.#flush(own);
      await before?.();
      ({ repeated } = await transaction.end(true));
    } else repeated = false;
    if (repeated) void this.#renew(next);
    else this.#release(next);
  }

  /** Writes the offsets into the round and returns where they went. */
  #appendOffsets(round: QueueRound, offsets: readonly CommitOffset[]): PartitionQueue[] {
    return offsets.map(({ topic, key, value }) => {
      const record = recordOf(key, value);
      const queue = this.#topics.get(topic.name)?.queueFor(record);
      if (queue === undefined) throw new ConnectorError('INTERNAL', `topic ${topic.name} belongs to another sender`);
      queue.append(record, round);
      return queue;
    });
  }

  async #flush(round: QueueRound): Promise<void> {
    for (const queue of round.queues) queue.seal();
    this.#loop.wake(round.queues);
    this.#check();
    await round.flushed();
  }

  /** Lets the batches of the round leave: the transaction before it is over. */
  #release(round: QueueRound): void {
    round.mayLeave = true;
    this.#transaction?.want(round.queues);
    this.#loop.wake(round.queues);
  }

  async #renew(next: QueueRound): Promise<void> {
    try {
      await this.#nextEpoch();
      this.#release(next);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #nextEpoch(): Promise<void> {
    const { transactionTimeoutMs } = this.#options;
    if (this.#coordinator === undefined) return;
    const checkLease = (): void => this.#checkLease();
    const options = { transactionTimeoutMs, checkLease, life: this.#life.signal };
    this.#identity = await nextEpoch(this.#coordinator, this.#identity, options);
    for (const topic of this.#topics.values()) for (const queue of topic.opened()) queue.renumber();
  }

  #open(topic: string, partitions: number, onTooLarge: OnTooLarge | undefined): TopicQueues {
    const { compression, batchBytes, maxRequestBytes } = this.#options;
    const settings = {
      topic,
      compression,
      maxRequestBytes,
      onTooLarge,
      transactional: this.#transaction !== undefined,
      limit: new BatchLimit(batchBytes),
      pool: this.#pool,
      onBegun: (queue: PartitionQueue): void => this.#begun(queue),
      onReady: (queue: PartitionQueue): void => this.#loop.wake([queue]),
      onBroken: (error: unknown): void => void this.#fail(error),
    };
    return new TopicQueues(partitions, settings, () => {
      this.#check();
      return this.#round;
    });
  }

  #begun(queue: PartitionQueue): void {
    this.#linger.start(queue);
    if (this.#round.mayLeave) this.#transaction?.want([queue]);
  }

  #checkLease(): void {
    if (this.#options.mayWrite()) return;
    throw new ConnectorError('LEASE_LOST', 'nothing more is written: the lease of this task has run out');
  }

  #check(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Ends the sender with its first failure, and returns that one. */
  #fail(error: unknown): ConnectorError {
    if (this.#ended !== undefined) return this.#ended;
    const failure = senderFailure(error);
    this.#finish(failure);
    this.#resolveFailed(failure);
    return failure;
  }

  #finish(reason: ConnectorError): void {
    this.#ended = reason;
    this.#life.abort(reason);
    this.#linger.close();
    this.#round.fail(reason);
    this.#committing?.fail(reason);
  }

  async #close(): Promise<void> {
    const fenced = this.#ended?.code === 'FENCED';
    if (this.#ended === undefined) this.#finish(new ConnectorError('SENDER_CLOSED', 'the sender was closed'));
    if (this.#transaction?.canAbort !== true || fenced || !this.#options.mayWrite()) return;
    const deadline = AbortSignal.timeout(CLOSE_MS);
    try {
      // A batch that the broker takes after the abort would open a transaction that nobody ends.
      if (await abortable(this.#loop.settled(), deadline)) await this.#transaction.end(false, deadline);
    } catch {
      // The next owner of the transactional id aborts it, or the transaction's time-out does.
    }
  }
}
