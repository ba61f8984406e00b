import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import type { Change } from '../demo/change-ledger.ts';
import { readEveryCodec } from '../demo/every-codec.ts';
import { changeOf } from '../demo/topic-reader.ts';

const POLL_MS = 100;

/** A change with its place in its topic. */
export interface DeliveredChange extends Change {
  readonly partition: number;
  readonly offset: string;
  /** Of the record, milliseconds since 1970. */
  readonly timestamp: string;
}

/** What a read_committed reader finds in one topic. */
export interface TopicContents {
  readonly delivered: DeliveredChange[];
  /** The version of each key that came last. */
  readonly newest: Map<string, number>;
  /** Deletes that no tombstone follows, and tombstones that follow no delete. */
  strayTombstones: number;
}

interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  readonly timestamp: string;
  readonly key: string;
  readonly value: Buffer | null;
}

/** Reads topics from their start with kafkajs, read_committed: another implementation than the one under test. */
export class TopicsReader {
  readonly #contents = new Map<string, TopicContents>();
  readonly #consumer: Consumer;
  /** Newest offset seen, by topic and partition. */
  readonly #newest = new Map<string, bigint>();
  /** Keys that were deleted last and still wait for their tombstone. */
  readonly #deleted = new Set<string>();
  #lastArrival = performance.now();
  #failure: Error | undefined;

  constructor(bootstrap: string, topics: readonly string[]) {
    readEveryCodec(); // the plan of faults changes the compression
    const kafka = new Kafka({ clientId: 'chaos-reader', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
    this.#consumer = kafka.consumer({
      groupId: `chaos-reader-${process.pid}-${Date.now()}`,
      readUncommitted: false,
      maxWaitTimeInMs: 100,
    });
    for (const topic of topics) this.#contents.set(topic, { delivered: [], newest: new Map(), strayTombstones: 0 });
  }

  async start(): Promise<void> {
    // Else it would end without a word, and what it has not read would be taken for lost.
    const { CRASH } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#failure = new Error('the reader of the topics has ended', { cause: error });
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...this.#contents.keys()], fromBeginning: true });
    await this.#consumer.run({
      eachBatch: ({ batch: { topic, partition, messages } }) => {
        for (const { offset, timestamp, key, value } of messages) {
          const place = `${topic}/${partition}`;
          // After a rebalance of its own group the reader is given records again that it has seen: the same offsets.
          if (BigInt(offset) <= (this.#newest.get(place) ?? -1n)) continue;
          this.#newest.set(place, BigInt(offset));
          this.#take(topic, { partition, offset, timestamp, key: key?.toString('utf8') ?? '', value });
        }
        this.#lastArrival = performance.now();
        return Promise.resolve();
      },
    });
  }

  contents(topic: string): TopicContents {
    const found = this.#contents.get(topic);
    if (found === undefined) throw new Error(`${topic} is not read`);
    return found;
  }

  get count(): number {
    return [...this.#contents.values()].reduce((sum, { delivered }) => sum + delivered.length, 0);
  }

  /** Settles with true when the condition holds, with false when nothing has arrived for so long. */
  async until(
    holds: () => boolean,
    { silenceMs, signal }: { silenceMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    this.#lastArrival = performance.now();
    while (!holds()) {
      if (this.#failure !== undefined) throw this.#failure;
      if (performance.now() - this.#lastArrival > silenceMs) return false;
      await sleep(POLL_MS, undefined, { signal });
    }
    return true;
  }

  /** After the end: deletes whose tombstone never came count as stray too. */
  get missingTombstones(): number {
    return this.#deleted.size;
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }

  #take(topic: string, { key, value, ...where }: ReadRecord): void {
    const contents = this.contents(topic);
    const place = `${topic}/${key}`;
    if (value === null) {
      if (!this.#deleted.delete(place)) contents.strayTombstones += 1;
      return;
    }
    if (this.#deleted.delete(place)) contents.strayTombstones += 1;
    try {
      const change = changeOf(value);
      contents.delivered.push({ ...change, ...where });
      contents.newest.set(change.key, change.version);
      if (change.op === 'd') this.#deleted.add(place);
    } catch (error) {
      this.#failure = new Error(`${topic} holds a record that is no change of a row: ${value.toString('utf8')}`, {
        cause: error,
      });
    }
  }
}
