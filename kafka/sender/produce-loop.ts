import type { ConnectorError } from '../../errors/connector-error.ts';
import { backOff } from '../back-off.ts';
import { isUsable, type BrokerConnection } from '../broker-connection.ts';
import type { Cluster } from '../cluster.ts';
import { answerWithin } from './answer-within.ts';
import { BrokerLoad } from './broker-load.ts';
import { maxMessageBytes } from './max-message-bytes.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { pause } from './pause.ts';
import { produce, type PartitionAnswer, type ProduceAnswer } from './produce-call.ts';
import { canPass, notInTime, notMentioned, refused, type Attempted } from './produce-failure.ts';
import { produceVerdict } from './produce-verdict.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { REQUEST_OVERHEAD, RequestPlan } from './request-plan.ts';
import type { SealedBatch } from './sealed-batch.ts';
import { withDeadline } from './with-deadline.ts';

export interface ProduceLoopOptions {
  readonly cluster: Cluster;
  readonly transactionalId: string | undefined;
  readonly requestTimeoutMs: number;
  readonly deliveryTimeoutMs: number;
  readonly maxRequestBytes: number;
  readonly identity: () => ProducerIdentity;
  /** Throws when nothing may be written any more. */
  readonly checkLease: () => void;
  /** Whether the partition is part of the transaction; if not, it is made so, and `wake` is called. */
  readonly admits: (queue: PartitionQueue) => boolean;
  readonly onFailed: (error: unknown) => void;
  /** Aborts when the sender has failed or closes. */
  readonly life: AbortSignal;
}

// Short, since most failures here are a connection that was cut: with a second, a proxy that cuts once a second would
// stop everything. The cap is what the election of a leader costs at worst beside its own time.
const BACK_OFF = { baseMs: 10, maxMs: 300 };

// So that the broker's own time-out answers before ours ends the connection.
const BROKER_TIMEOUT_SHARE = 0.8;

/**
 * Brings the batches of all partitions to their leaders: several partitions in one request, one batch of a partition at
 * a time, the same bytes again until the answer is definite.
 */
export class ProduceLoop {
  readonly #options: ProduceLoopOptions;
  readonly #ready = new Set<PartitionQueue>();
  readonly #load = new BrokerLoad();
  readonly #inFlight = new Set<Promise<void>>();
  /** Partitions whose newest request has no answer: the broker may still take it. */
  readonly #unanswered = new Set<PartitionQueue>();

  constructor(options: ProduceLoopOptions) {
    this.#options = options;
  }

  /** To be called whenever partitions may have something to send; sends what can leave now. */
  wake(queues: Iterable<PartitionQueue>): void {
    for (const queue of queues) this.#ready.add(queue);
    this.#guarded(() => this.#pump(performance.now()));
  }

  /** After the end of `life`: waits for the requests on their way; true when each request ever sent has its answer. */
  async settled(): Promise<boolean> {
    await Promise.all(this.#inFlight);
    return this.#unanswered.size === 0;
  }

  #pump(now: number): void {
    const plan = new RequestPlan<BrokerConnection, PartitionQueue>(this.#options.maxRequestBytes - REQUEST_OVERHEAD);
    for (const queue of this.#ready) {
      const batch = this.#leaving(queue, now);
      const leader = batch === undefined ? undefined : this.#route(queue, batch);
      // Without room for another request it stays ready, and the next answer of that broker wakes it.
      if (leader !== undefined && !this.#load.hasRoom(leader, now)) continue;
      this.#ready.delete(queue);
      if (batch === undefined || leader === undefined) continue;
      const full = plan.add(leader, queue, batch.bytes.length);
      if (full !== undefined) this.#begin(leader, full);
    }
    for (const [leader, queues] of plan.rest()) this.#begin(leader, queues);
  }

  /** The batch of the partition that may leave now, small enough for a request of its own. */
  #leaving(queue: PartitionQueue, now: number): SealedBatch | undefined {
    const { admits, maxRequestBytes, deliveryTimeoutMs } = this.#options;
    let batch = queue.next(now);
    if (batch === undefined || !admits(queue)) return undefined;
    while (batch !== undefined && REQUEST_OVERHEAD + batch.bytes.length > maxRequestBytes) {
      if (batch.count === 1) queue.leaveOut(`max.request.size of ${maxRequestBytes} bytes`);
      else queue.split();
      batch = queue.next(now);
    }
    if (batch !== undefined) batch.deadline = Math.min(batch.deadline, now + deliveryTimeoutMs);
    return batch;
  }

  #route(queue: PartitionQueue, batch: SealedBatch): BrokerConnection | undefined {
    const { leader } = queue;
    if (leader !== undefined && !queue.leaderIsStale && isUsable(leader)) return leader;
    void this.#findLeader(queue, batch);
    return undefined;
  }

  async #findLeader(queue: PartitionQueue, batch: SealedBatch): Promise<void> {
    queue.waits = true;
    try {
      queue.leader = await withDeadline(batch.deadline, this.#options.life, (signal) =>
        this.#options.cluster.leader(queue.topic, queue.partition, { signal, refresh: queue.leaderIsStale }),
      );
      queue.leaderIsStale = false;
      queue.waits = false;
      this.wake([queue]);
    } catch (error) {
      this.#guarded(() => this.#again([{ queue, batch, error }]));
    }
  }

  #begin(leader: BrokerConnection, queues: readonly PartitionQueue[]): void {
    this.#options.checkLease();
    const sent = queues.map((queue) => ({ queue, batch: queue.depart(this.#options.identity()) }));
    this.#load.begin(leader);
    for (const queue of queues) this.#unanswered.add(queue);
    const request = this.#send(leader, sent).finally(() => this.#inFlight.delete(request));
    this.#inFlight.add(request);
  }

  async #send(leader: BrokerConnection, sent: readonly Departure[]): Promise<void> {
    const { transactionalId = null, requestTimeoutMs } = this.#options;
    const timeoutMs = Math.ceil(requestTimeoutMs * BROKER_TIMEOUT_SHARE);
    const batches = sent.map(({ queue: { topic, partition }, batch: { bytes } }) => ({ topic, partition, bytes }));
    const call = answerWithin(leader, requestTimeoutMs, produce(leader, { transactionalId, timeoutMs, batches }));
    const settle = await call.then(
      (answer) => {
        for (const { queue } of sent) this.#unanswered.delete(queue);
        return () => this.#answered(leader, sent, answer);
      },
      (error: unknown) => () => this.#lost(sent, error),
    );
    this.#load.end(leader);
    this.#guarded(() => {
      settle();
      this.#pump(performance.now());
    });
  }

  #answered(leader: BrokerConnection, sent: readonly Departure[], { partitions, throttleMs }: ProduceAnswer): void {
    const answers = new Map(partitions.map((answer) => [partitionName(answer), answer]));
    const failed = sent.flatMap(({ queue, batch }) => {
      const answer = answers.get(partitionName(queue));
      const error = answer === undefined ? notMentioned(queue) : this.#judge(queue, batch, answer);
      return error === undefined ? [] : [{ queue, batch, error }];
    });
    this.#again(failed);
    if (throttleMs > 0) void this.#obey(leader, throttleMs);
  }

  /** Does what the answer asks for; returns why the batch has to be sent again, if it has to be. */
  #judge(queue: PartitionQueue, batch: SealedBatch, answer: PartitionAnswer): ConnectorError | undefined {
    const verdict = produceVerdict(answer.errorCode);
    if (typeof verdict === 'object') throw refused(verdict.fatal, queue, answer);
    if (verdict === 'again' || verdict === 'elsewhere') {
      queue.leaderIsStale = verdict === 'elsewhere';
      return refused('KAFKA_UNREACHABLE', queue, answer);
    }
    if (verdict === 'split' && batch.count === 1) {
      void this.#refuse(queue);
      return undefined;
    }
    if (verdict === 'split') queue.split();
    else queue.acknowledged();
    this.#ready.add(queue);
    return undefined;
  }

  /** The one record of the batch on its way is not taken; the partition stays as it is while the limit is asked for. */
  async #refuse(queue: PartitionQueue): Promise<void> {
    const limit = await maxMessageBytes(this.#options.cluster, queue.topic, this.#options.life);
    this.#guarded(() => {
      queue.leaveOut(`topic's max.message.bytes${limit === undefined ? '' : ` of ${limit} bytes`}`);
      this.wake([queue]);
    });
  }

  #lost(sent: readonly Departure[], error: unknown): void {
    for (const { queue } of sent) queue.leaderIsStale = true;
    this.#again(sent.map((departure) => ({ ...departure, error })));
  }

  /** Prepares the next attempt of the same batches, unless their time is over or another attempt cannot help. */
  #again(attempts: readonly Attempted[]): void {
    if (attempts.length === 0 || this.#options.life.aborted) return;
    const now = performance.now();
    for (const attempted of attempts) {
      const { queue, batch, error } = attempted;
      if (now >= batch.deadline) throw notInTime(attempted, this.#options.deliveryTimeoutMs);
      if (!canPass(error)) throw error;
      queue.returned();
      queue.failures += 1;
    }
    void this.#later(attempts.map(({ queue }) => queue));
  }

  /** One wait for all that failed together, so that they look up their leaders with one request. */
  async #later(queues: readonly PartitionQueue[]): Promise<void> {
    for (const queue of queues) queue.waits = true;
    const failures = Math.max(...queues.map((queue) => queue.failures));
    await backOff(failures, BACK_OFF, this.#options.life).catch(() => undefined); // closed: `wake` does nothing
    for (const queue of queues) queue.waits = false;
    this.wake(queues);
  }

  async #obey(leader: BrokerConnection, throttleMs: number): Promise<void> {
    this.#load.pause(leader, performance.now() + throttleMs);
    await pause(throttleMs, this.#options.life).catch(() => undefined); // closed: likewise
    this.wake([]);
  }

  #guarded(work: () => void): void {
    if (this.#options.life.aborted) return;
    try {
      work();
    } catch (error) {
      this.#options.onFailed(error);
    }
  }
}

function partitionName({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`;
}

interface Departure {
  readonly queue: PartitionQueue;
  readonly batch: SealedBatch;
}
