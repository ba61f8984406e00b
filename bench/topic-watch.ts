import { Admin } from '../kafka/admin.ts';
import { clientOptions } from '../kafka/client-options.ts';
import { Cluster } from '../kafka/cluster.ts';
import { LogReader, type LogRecord } from '../kafka/log-reader.ts';

/** Reads one topic of the bench's Kafka, read_committed, from its start. */
export class TopicWatch {
  readonly #cluster: Cluster;
  readonly #reader: LogReader;
  readonly #abort = new AbortController();
  readonly #counts = new Map<number, PromiseWithResolvers<undefined>>();
  #count = 0;

  constructor(bootstrap: string, topic: string, onRecord: (record: LogRecord) => void) {
    this.#cluster = new Cluster(clientOptions({ 'bootstrap.servers': bootstrap, 'client.id': 'bench' }));
    this.#reader = new LogReader({
      cluster: this.#cluster,
      topic,
      isolation: 'read_committed',
      onRecord: (record) => {
        this.#count += 1;
        onRecord(record);
        this.#counts.get(this.#count)?.resolve(undefined);
      },
    });
  }

  async start(): Promise<void> {
    await this.#reader.start(this.#abort.signal);
  }

  /** Settles when so many records have been read. */
  async until(count: number): Promise<void> {
    if (this.#count >= count) return;
    const reached = this.#counts.get(count) ?? Promise.withResolvers<undefined>();
    this.#counts.set(count, reached);
    await reached.promise;
  }

  get count(): number {
    return this.#count;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reader.close();
    await this.#cluster.close();
  }
}

/** Resolves when the last stable offset of partition 0 has reached the count; looks every 20 ms, which costs the machine nothing. */
export async function untilEnd(bootstrap: string, topic: string, count: number, timeoutMs: number): Promise<void> {
  const cluster = new Cluster(clientOptions({ 'bootstrap.servers': bootstrap, 'client.id': 'bench' }));
  const admin = new Admin(cluster);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    for (;;) {
      const end = (await admin.endOffsets(topic, 'read_committed', signal)).get(0) ?? 0n;
      if (end >= BigInt(count)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (signal.aborted) throw new Error(`${topic} reached ${end} of ${count} records within ${timeoutMs / 1000} s`);
    }
  } finally {
    await cluster.close();
  }
}
