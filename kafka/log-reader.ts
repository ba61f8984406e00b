import { ConnectorError } from '../errors/connector-error.ts';
import { abortable } from './abortable.ts';
import { Admin } from './admin.ts';
import type { Isolation } from './calls/list-offsets.ts';
import type { Cluster } from './cluster.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { silentLog, type KafkaLog } from './kafka-log.ts';
import { laggingPartition } from './log-position.ts';
import type { LogRecord } from './log-record.ts';
import { TopicFollower, type TopicFollowerOptions } from './topic-follower.ts';

export type { LogHeader, LogRecord } from './log-record.ts';

export interface LogReaderOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly isolation: Isolation;
  /** Called for every record, in order per partition, from the first one that is there. Throwing ends the reading. */
  readonly onRecord: (record: LogRecord) => void;
  /**
   * The reading is over: the topic was deleted, created again or truncated (KAFKA_LOG_CHANGED), or may not be read any more. What
   * was handed out may no longer stand; `readToEnd` throws the same error from now on.
   */
  readonly onFailed?: (error: ConnectorError) => void;
  /** The topic is known to exist: brokers that have not heard of it yet are waited for at the start. Default: KAFKA_UNKNOWN_TOPIC. */
  readonly justCreated?: boolean;
  readonly log?: KafkaLog;
}

interface Waiter {
  readonly ends: ReadonlyMap<number, bigint>;
  readonly settle: PromiseWithResolvers<void>;
}

type State =
  | { readonly name: 'new' }
  | { readonly name: 'reading'; readonly follower: TopicFollower; readonly run: Promise<void> }
  | { readonly name: 'failed'; readonly error: ConnectorError };

/**
 * Reads all partitions of a topic from the start, then tails it: every record once and in order per partition, or a failure that
 * says why that is no longer possible. It follows the leaders by itself.
 */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #admin: Admin;
  readonly #closing = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #state: State = { name: 'new' };

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#admin = new Admin(options.cluster);
  }

  /** Finds the topic and begins to read; resolves before the first record. The signal ends the start only: see `close`. */
  async start(signal: AbortSignal): Promise<void> {
    const { cluster, topic: name, isolation, onRecord, log = silentLog } = this.#options;
    const found = async (inner: AbortSignal): Promise<Pick<TopicFollowerOptions, 'topic' | 'starts'>> => ({
      topic: await cluster.topic(name, { signal: inner, refresh: true }),
      starts: await this.#admin.startOffsets(name, inner),
    });
    const { topic, starts } =
      this.#options.justCreated === true
        ? await cluster.retryingNew(`start of topic ${name}`, signal, found)
        : await found(signal);
    const onAdvance = (): void => this.#release();
    const follower = new TopicFollower({ cluster, topic, isolation, starts, onRecord, onAdvance, log });
    const run = follower.run(this.#closing.signal).catch((error: unknown) => this.#ended(error));
    this.#state = { name: 'reading', follower, run };
  }

  /** The offset of the next record of a partition; undefined when not reading, and for a partition that does not exist. */
  position(partition: number): bigint | undefined {
    return this.#state.name === 'reading' ? this.#state.follower.positions.get(partition)?.next : undefined;
  }

  /**
   * Resolves once everything that was in the topic when it was called has been handed out. The end is the high watermark also
   * for a read_committed reader: the last stable offset would miss what we committed ourselves while another transaction is
   * open below it. Throws KAFKA_READ_TIMEOUT naming the partition when the signal's time is over.
   */
  async readToEnd(signal: AbortSignal): Promise<void> {
    this.#reading();
    const ends = await this.#admin.endOffsets(this.#options.topic, 'read_uncommitted', signal);
    const { positions } = this.#reading();
    if (laggingPartition(positions, ends) === undefined) return;
    const waiter: Waiter = { ends, settle: Promise.withResolvers() };
    this.#waiters.add(waiter);
    try {
      await abortable(waiter.settle.promise, signal);
    } catch (error) {
      const lagging = laggingPartition(positions, ends);
      const isTimeout = error === signal.reason && error instanceof Error && error.name === 'TimeoutError';
      if (!isTimeout || lagging === undefined) throw error;
      const where = `Topic ${this.#options.topic} was not read to its end in time: partition ${lagging.partition}`;
      throw new ConnectorError('KAFKA_READ_TIMEOUT', `${where} was ${lagging.reason}`, { cause: error });
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** Ends the reading; no record is handed out afterwards, and calls of `readToEnd` under way reject. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The log reader was closed', 'AbortError'));
    this.#reject(this.#closing.signal.reason);
    if (this.#state.name === 'reading') await this.#state.run;
  }

  #reading(): TopicFollower {
    this.#closing.signal.throwIfAborted();
    if (this.#state.name === 'reading') return this.#state.follower;
    throw this.#state.name === 'failed'
      ? this.#state.error
      : new ConnectorError('INTERNAL', 'The log reader was not started');
  }

  #release(): void {
    if (this.#waiters.size === 0 || this.#state.name !== 'reading') return;
    for (const { ends, settle } of this.#waiters)
      if (laggingPartition(this.#state.follower.positions, ends) === undefined) settle.resolve();
  }

  #ended(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const failure = kafkaFailure(error, `reading topic ${this.#options.topic}`);
    this.#state = { name: 'failed', error: failure };
    this.#reject(failure);
    this.#options.onFailed?.(failure);
  }

  #reject(reason: unknown): void {
    for (const { settle } of this.#waiters) settle.reject(reason);
  }
}
