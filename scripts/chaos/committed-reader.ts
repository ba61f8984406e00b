import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { readEveryCodec } from '../demo/every-codec.ts';

const POLL_MS = 100;
let readers = 0;

export interface CommittedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
  readonly key: string;
  readonly value: Buffer | null;
}

/** Reads topics from their start with kafkajs, read_committed: another implementation than the one under test. */
export class CommittedReader {
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #topics: readonly string[];
  readonly #take: (record: CommittedRecord) => void;
  /** Newest offset seen, by topic and partition. */
  readonly #newest = new Map<string, bigint>();
  #lastArrival = performance.now();
  #failure: Error | undefined;

  /** What `take` throws ends the reading. */
  constructor(bootstrap: string, topics: readonly string[], take: (record: CommittedRecord) => void) {
    readEveryCodec(); // the plan of faults changes the compression
    this.#kafka = new Kafka({ clientId: 'chaos-reader', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
    readers += 1;
    this.#consumer = this.#kafka.consumer({
      groupId: `chaos-reader-${process.pid}-${Date.now()}-${readers}`,
      readUncommitted: false,
      maxWaitTimeInMs: 100,
    });
    this.#topics = topics;
    this.#take = take;
  }

  /** Topics that do not exist have nothing to be read. */
  async start(): Promise<void> {
    // Else it would end without a word, and what it has not read would be taken for lost.
    const { CRASH } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#failure ??= new Error('the reader of the topics has ended', { cause: error });
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: await this.#existing(), fromBeginning: true });
    await this.#consumer.run({
      eachBatch: ({ batch: { topic, partition, messages } }) => {
        for (const { offset, timestamp, key, value } of messages) {
          const place = `${topic}/${partition}`;
          // After a rebalance of its own group the reader is given records again that it has seen: the same offsets.
          if (BigInt(offset) <= (this.#newest.get(place) ?? -1n)) continue;
          this.#newest.set(place, BigInt(offset));
          this.#see({ topic, partition, offset, timestamp, key: key?.toString('utf8') ?? '', value });
        }
        this.#lastArrival = performance.now();
        return Promise.resolve();
      },
    });
  }

  /** Settles with true when the condition holds, with false when nothing has arrived for so long. */
  async until(
    holds: () => boolean,
    { silenceMs, signal }: { silenceMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    this.#lastArrival = performance.now();
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (holds()) return true;
      if (performance.now() - this.#lastArrival > silenceMs) return false;
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }

  async #existing(): Promise<string[]> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      const known = new Set(await admin.listTopics());
      return this.#topics.filter((topic) => known.has(topic));
    } finally {
      await admin.disconnect();
    }
  }

  #see(record: CommittedRecord): void {
    try {
      this.#take(record);
    } catch (error) {
      const { topic, value } = record;
      this.#failure ??= new Error(
        `${topic} holds a record that is not expected there: ${value?.toString('utf8') ?? 'null'}`,
        {
          cause: error,
        },
      );
    }
  }
}
