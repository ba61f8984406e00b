import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { z } from 'zod';
import type { Change } from './change-ledger.ts';

const row = z.object({ id: z.number(), version: z.number() });
const envelope = z.object({
  op: z.enum(['c', 'u', 'd', 'r']),
  before: row.nullable(),
  after: row.nullable(),
  source: z.object({ snapshot: z.string().nullish() }).optional(),
});

/** What a Debezium record of a load's table shows; `r`: a row that a snapshot has read. */
export interface RecordedRow extends Pick<Change, 'key' | 'version'> {
  readonly op: Change['op'] | 'r';
  readonly isIncremental: boolean;
}

export function rowOf(value: Buffer): RecordedRow {
  const { op, before, after, source } = envelope.parse(JSON.parse(value.toString('utf8')));
  const image = op === 'd' ? before : after;
  if (image === null) throw new Error(`a record without a row: ${value.toString('utf8')}`);
  return { key: String(image.id), version: image.version, op, isIncremental: source?.snapshot === 'incremental' };
}

/** The change of a Debezium record of a load's table; a row of a snapshot counts as created. */
export function changeOf(value: Buffer): Change {
  const { key, version, op } = rowOf(value);
  return { key, version, op: op === 'r' ? 'c' : op };
}

/** Sees a change and its record's timestamp, in milliseconds since 1970. */
type Listener = (change: Change, timestampMs: number) => void;

/** Reads Debezium records of the load's table with kafkajs, read_committed: another implementation than the one under test. */
export class TopicReader {
  readonly delivered: Change[] = [];
  /** `performance.now()` of the newest record. */
  lastArrival = 0;
  readonly #consumer: Consumer;
  readonly #topic: string;
  /** Newest offset seen, by partition. */
  readonly #newest = new Map<number, bigint>();
  readonly #listeners = new Set<Listener>();

  constructor(bootstrap: string, topic: string) {
    const kafka = new Kafka({ clientId: 'reader', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
    // kafkajs reads read_committed unless told otherwise; named here because the demo's claim rests on it.
    this.#consumer = kafka.consumer({
      groupId: `reader-${process.pid}-${topic}`,
      readUncommitted: false,
      maxWaitTimeInMs: 100,
    });
    this.#topic = topic;
  }

  /** The topic must exist. */
  async start(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({
      eachBatch: ({ batch }) => {
        for (const { offset, value, timestamp } of batch.messages) {
          // After a rebalance of its own group the reader is given records again that it has seen: the same offsets.
          if (BigInt(offset) <= (this.#newest.get(batch.partition) ?? -1n)) continue;
          this.#newest.set(batch.partition, BigInt(offset));
          if (value !== null) this.#take(value, Number(timestamp));
        }
        return Promise.resolve();
      },
    });
  }

  /** Calls at every change to come, until what it answers is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Settles at the first delivered change for which the condition holds (also one that has come already). */
  async until(condition: (change: Change) => boolean, timeoutMs: number): Promise<Change> {
    const found = this.delivered.find(condition);
    return found ?? this.next(condition, timeoutMs);
  }

  /** Settles at the next change to come for which the condition holds. */
  async next(condition: (change: Change) => boolean, timeoutMs: number): Promise<Change> {
    const arrived = Promise.withResolvers<Change>();
    const listener = (change: Change): void => {
      if (condition(change)) arrived.resolve(change);
    };
    const timer = setTimeout(
      () => arrived.reject(new Error(`nothing more arrived on ${this.#topic} within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    this.#listeners.add(listener);
    try {
      return await arrived.promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }

  #take(value: Buffer, timestampMs: number): void {
    const change = changeOf(value);
    this.delivered.push(change);
    this.lastArrival = performance.now();
    for (const listener of this.#listeners) listener(change, timestampMs);
  }
}
