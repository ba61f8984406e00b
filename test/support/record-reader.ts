import { Kafka, logLevel, type Consumer } from 'kafkajs';

/** A record as a consumer sees it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a topic with kafkajs, read_committed, from its start, and lets a test wait for what it expects. */
export class RecordReader {
  readonly records: ReadRecord[] = [];
  readonly #consumer: Consumer;
  readonly topic: string;
  #arrived = Promise.withResolvers<undefined>();

  private constructor(bootstrap: string, topic: string) {
    const kafka = new Kafka({ clientId: 'record-reader', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
    this.#consumer = kafka.consumer({
      groupId: `records-${process.pid}-${topic}`,
      readUncommitted: false,
      maxWaitTimeInMs: 100,
    });
    this.topic = topic;
  }

  /** The topic must exist. `keep` sees each record first; a record for which it answers false is not kept. */
  static async open(
    bootstrap: string,
    topic: string,
    keep: (record: ReadRecord) => boolean = () => true,
  ): Promise<RecordReader> {
    const reader = new RecordReader(bootstrap, topic);
    const newest = new Map<number, bigint>();
    await reader.#consumer.connect();
    await reader.#consumer.subscribe({ topic, fromBeginning: true });
    await reader.#consumer.run({
      eachMessage: ({ partition, message }) => {
        // After a rebalance of its own group the reader is given records again that it has seen: the same offsets.
        if (BigInt(message.offset) <= (newest.get(partition) ?? -1n)) return Promise.resolve();
        newest.set(partition, BigInt(message.offset));
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(message.headers ?? {})) headers[name] = String(value);
        const record: ReadRecord = {
          partition,
          offset: message.offset,
          timestampMs: Number(message.timestamp),
          key: message.key?.toString('utf8') ?? null,
          value: message.value?.toString('utf8') ?? null,
          headers,
        };
        if (keep(record)) reader.records.push(record);
        reader.#arrived.resolve(undefined);
        reader.#arrived = Promise.withResolvers<undefined>();
        return Promise.resolve();
      },
    });
    return reader;
  }

  /** Settles when the condition holds; rejects with what has come so far when it does not in time. */
  async until(holds: (records: readonly ReadRecord[]) => boolean, timeoutMs = 30_000): Promise<readonly ReadRecord[]> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const last = this.records.slice(-5).map(({ key, value }) => `${key ?? 'null'} → ${value ?? 'null'}`);
      late.reject(
        new Error(
          `${this.topic}: not there within ${timeoutMs} ms; ${this.records.length} records, the last:\n${last.join('\n')}`,
        ),
      );
    }, timeoutMs);
    try {
      while (!holds(this.records)) await Promise.race([this.#arrived.promise, late.promise]);
      return this.records;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect();
  }
}
