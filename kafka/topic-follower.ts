import { ConnectorError } from '../errors/connector-error.ts';
import { abortable } from './abortable.ts';
import { backOff } from './back-off.ts';
import type { FetchedPartition } from './calls/fetch.ts';
import type { Isolation } from './calls/list-offsets.ts';
import type { Cluster, TopicMetadata } from './cluster.ts';
import { isWorthRetrying, kafkaErrorName, kafkaErrorText } from './error-class.ts';
import { fetchVerdict } from './fetch-verdict.ts';
import { kafkaFailure } from './kafka-failure.ts';
import type { KafkaLog } from './kafka-log.ts';
import { isSameTopic } from './known-cluster.ts';
import { fetchFromLeader, type FetchDuty } from './leader-fetcher.ts';
import type { LogPosition } from './log-position.ts';
import type { LogRecord } from './log-record.ts';
import { readBatches } from './record-batches.ts';

export interface TopicFollowerOptions {
  readonly cluster: Cluster;
  readonly topic: TopicMetadata;
  readonly isolation: Isolation;
  /** Partition → offset to read from. */
  readonly starts: ReadonlyMap<number, bigint>;
  readonly onRecord: (record: LogRecord) => void;
  /** After the records of an answer were handed out. */
  readonly onAdvance: () => void;
  readonly log: KafkaLog;
}

// A broker that has just started may say for a while that it knows no topic.
const UNKNOWN_LIMIT_MS = 10_000;
// New partitions, and leaders that came back without any fetch running into it.
const LOOK_EVERY_MS = 30_000;

/** Keeps one fetcher at work per leader of a topic, wherever the partitions go, and every position moving forward only. */
export class TopicFollower implements FetchDuty {
  readonly isolation: Isolation;
  readonly #options: TopicFollowerOptions;
  readonly #positions = new Map<number, LogPosition>();
  readonly #fetchers = new Map<number, Promise<void>>();
  /** Aborts when the reading ends, with the failure of a fetcher as its reason. */
  readonly #stopping = new AbortController();
  #topic: TopicMetadata;
  #leadersWanted: PromiseWithResolvers<void> = Promise.withResolvers();
  #unknownSince: number | undefined;
  /** What went wrong last, for the log. */
  #problem = '';

  constructor(options: TopicFollowerOptions) {
    this.isolation = options.isolation;
    this.#options = options;
    this.#topic = options.topic;
    for (const [partition, next] of options.starts) this.#setPosition(partition, next);
  }

  get topic(): string {
    return this.#topic.name;
  }

  get topicId(): string {
    return this.#topic.topicId;
  }

  get positions(): ReadonlyMap<number, LogPosition> {
    return this.#positions;
  }

  /** Reads until the signal aborts; rejects with its reason, or with the failure that makes reading on impossible. */
  async run(signal: AbortSignal): Promise<never> {
    const inner = AbortSignal.any([signal, this.#stopping.signal]);
    try {
      for (let failures = 0; ;) {
        this.#leadersWanted = Promise.withResolvers();
        const leaderless = this.#startFetchers(inner);
        failures = leaderless ? failures + 1 : 0;
        if (leaderless) await backOff(failures, this.#options.cluster.retryBackOff, inner);
        await this.#look(leaderless || (await this.#leadersAreWanted(inner)), inner);
      }
    } finally {
      this.#stopping.abort();
      await Promise.all(this.#fetchers.values());
    }
  }

  offsets(nodeId: number): ReadonlyMap<number, bigint> {
    const offsets = new Map<number, bigint>();
    for (const [partition, { next }] of this.#positions)
      if (this.#topic.partitions.get(partition)?.leader === nodeId) offsets.set(partition, next);
    if (offsets.size === 0) this.#fetchers.delete(nodeId); // now, so that a return of the leader starts a new fetcher
    return offsets;
  }

  take(request: ReadonlyMap<number, bigint>, answer: readonly FetchedPartition[]): boolean {
    let good = true;
    for (const fetched of answer) {
      const partition = fetched.partitionIndex;
      const from = request.get(partition);
      // Another fetcher may have gone on meanwhile, after a change of leaders.
      if (from === undefined || from !== this.#positions.get(partition)?.next) continue;
      const verdict = fetchVerdict(fetched, { topic: this.topic, from });
      if (verdict instanceof ConnectorError) throw verdict;
      if (verdict === 'look again') {
        good = false;
        this.#problem = `${this.topic}-${partition}: ${kafkaErrorName(fetched.errorCode)}`;
      } else this.#setPosition(partition, this.#read(fetched, from), fetched);
    }
    if (!good) this.#leadersWanted.resolve();
    this.#options.onAdvance();
    return good;
  }

  failed(error: unknown): void {
    if (error instanceof ConnectorError || !isWorthRetrying(error))
      throw kafkaFailure(error, `reading topic ${this.topic}`);
    this.#problem = kafkaErrorText(error);
    this.#leadersWanted.resolve();
  }

  struggling(nodeId: number, failures: number): void {
    const { topic } = this;
    this.#options.log.warn(
      { topic, broker: nodeId, failures, error: this.#problem },
      'Kafka: the topic cannot be read',
    );
  }

  #read(fetched: FetchedPartition, from: bigint): bigint {
    const { isolation, onRecord } = this.#options;
    try {
      return readBatches({ fetched, from, isolation, onRecord });
    } catch (cause) {
      const where = `${this.topic}-${fetched.partitionIndex} at offset ${from}`;
      throw ConnectorError.from(cause, 'INTERNAL', `a record of ${where} was not taken`);
    }
  }

  /** A partition that gave something goes to the end of the map, so that it is asked for last the next time. */
  #setPosition(partition: number, next: bigint, fetched?: FetchedPartition): void {
    if (fetched?.batches.length !== 0) this.#positions.delete(partition);
    const { highWatermark, lastStableOffset } = fetched ?? { highWatermark: -1n, lastStableOffset: -1n };
    this.#positions.set(partition, { next, highWatermark, lastStableOffset });
  }

  /** True: some partition has no leader now. */
  #startFetchers(signal: AbortSignal): boolean {
    const { cluster } = this.#options;
    let leaderless = false;
    for (const { leader } of this.#topic.partitions.values()) {
      if (leader < 0) leaderless = true;
      else if (!this.#fetchers.has(leader))
        this.#fetchers.set(
          leader,
          fetchFromLeader(cluster, leader, this, signal).catch((error: unknown) => this.#stopping.abort(error)),
        );
    }
    return leaderless;
  }

  /** False: nobody has asked for a while. */
  async #leadersAreWanted(signal: AbortSignal): Promise<boolean> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(LOOK_EVERY_MS)]);
    try {
      await abortable(this.#leadersWanted.promise, either);
      return true;
    } catch {
      signal.throwIfAborted(); // else the time is over
      return false;
    }
  }

  /** Takes over the newest leaders, and notices that it is no longer the same topic. */
  async #look(refresh: boolean, signal: AbortSignal): Promise<void> {
    let found;
    try {
      found = await this.#options.cluster.topic(this.topic, { signal, refresh });
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'KAFKA_UNKNOWN_TOPIC') throw error;
      this.#unknownSince ??= performance.now();
      if (performance.now() - this.#unknownSince > UNKNOWN_LIMIT_MS) throw this.#changed('was deleted', error);
      return;
    }
    this.#unknownSince = undefined;
    if (!isSameTopic(this.#topic, found)) throw this.#changed(`was deleted and created again`, undefined);
    this.#topic = found;
    for (const partition of found.partitions.keys())
      if (!this.#positions.has(partition)) this.#setPosition(partition, 0n);
  }

  #changed(what: string, cause: unknown): ConnectorError {
    return new ConnectorError('KAFKA_LOG_CHANGED', `Topic ${this.topic} ${what} while it was being read`, { cause });
  }
}
