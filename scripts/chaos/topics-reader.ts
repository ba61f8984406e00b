import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import type { Change } from '../demo/change-ledger.ts';
import { changeOf } from '../demo/topic-reader.ts';

const POLL_MS = 100;
/**
 * A reader that is given nothing for so long begins again where it was: kafkajs has been seen to end or to stand still
 * without a word in the middle of a topic, after brokers had been away.
 */
const STALL_MS = 15_000;
const STOP_MS = 5000;

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
  readonly #kafka: Kafka;
  readonly #print: (line: string) => void;
  /** Newest offset seen, by topic and partition. */
  readonly #newest = new Map<string, bigint>();
  /** Keys that were deleted last and still wait for their tombstone. */
  readonly #deleted = new Set<string>();
  #consumer: Consumer | undefined;
  #consumers = 0;
  #lastArrival = performance.now();
  #failure: Error | undefined;

  constructor(bootstrap: string, topics: readonly string[], print: (line: string) => void) {
    this.#kafka = new Kafka({ clientId: 'chaos-reader', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
    this.#print = print;
    for (const topic of topics) this.#contents.set(topic, { delivered: [], newest: new Map(), strayTombstones: 0 });
  }

  async start(): Promise<void> {
    this.#consumers += 1;
    const consumer = this.#kafka.consumer({
      groupId: `chaos-reader-${process.pid}-${Date.now()}-${this.#consumers}`,
      readUncommitted: false,
      maxWaitTimeInMs: 100,
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) =>
      this.#print(`  the reader ended: ${error.message}${restart ? '; it starts again' : ''}`),
    );
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.#contents.keys()], fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch: { topic, partition, messages } }) => {
        for (const { offset, timestamp, key, value } of messages) {
          const place = `${topic}/${partition}`;
          // After a rebalance of its own group, or a start of its own, the reader is given records that it has seen.
          if (BigInt(offset) <= (this.#newest.get(place) ?? -1n)) continue;
          this.#newest.set(place, BigInt(offset));
          this.#lastArrival = performance.now();
          this.#take(topic, { partition, offset, timestamp, key: key?.toString('utf8') ?? '', value });
        }
        return Promise.resolve();
      },
    });
    for (const [place, offset] of this.#newest) {
      const slash = place.lastIndexOf('/');
      const [topic, partition] = [place.slice(0, slash), Number(place.slice(slash + 1))];
      consumer.seek({ topic, partition, offset: String(offset + 1n) });
    }
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
    let started = performance.now();
    while (!holds()) {
      if (this.#failure !== undefined) throw this.#failure;
      const now = performance.now();
      if (now - this.#lastArrival > silenceMs) return false;
      if (now - Math.max(this.#lastArrival, started) > STALL_MS) {
        this.#print(`  the reader was given nothing for ${STALL_MS / 1000} s; it begins again where it was`);
        await this.stop();
        await this.start();
        started = performance.now();
      }
      await sleep(POLL_MS, undefined, { signal });
    }
    return true;
  }

  /** After the end: deletes whose tombstone never came count as stray too. */
  get missingTombstones(): number {
    return this.#deleted.size;
  }

  async stop(): Promise<void> {
    // One that has crashed may never be done; what it is given late is known by its offset.
    await Promise.race([this.#consumer?.disconnect(), sleep(STOP_MS)]);
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
