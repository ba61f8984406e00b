import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { Kafka, logLevel, Partitioners, type Admin as KafkaJsAdmin, type Producer } from 'kafkajs';
import { Admin } from '../../kafka/admin.ts';
import type { Isolation } from '../../kafka/calls/list-offsets.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import { Cluster } from '../../kafka/cluster.ts';
import { LogReader, type LogRecord } from '../../kafka/log-reader.ts';

/** Things that a test opened, closed in reverse order by its `afterEach`. */
export class Opened {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  cluster(bootstrap: string, config: Readonly<Record<string, string>> = {}): Cluster {
    const cluster = new Cluster(clientOptions({ 'bootstrap.servers': bootstrap, ...config }));
    this.add(() => cluster.close());
    return cluster;
  }

  /** An independent producer (kafkajs); with an id it is transactional. */
  async producer(bootstrap: string, transactionalId?: string): Promise<Producer> {
    const kafka = new Kafka({ brokers: [bootstrap], clientId: 'test', logLevel: logLevel.NOTHING });
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      ...(transactionalId === undefined ? {} : { transactionalId, maxInFlightRequests: 1, idempotent: true }),
    });
    await producer.connect();
    this.add(() => producer.disconnect());
    return producer;
  }

  async deleteTopic(bootstrap: string, topic: string): Promise<void> {
    await this.#asAdmin(bootstrap, (admin) => admin.deleteTopics({ topics: [topic] }));
  }

  /** Removes the records of partition 0 below the offset. */
  async deleteRecords(bootstrap: string, topic: string, offset: string): Promise<void> {
    await this.#asAdmin(bootstrap, async (admin) => {
      await admin.fetchTopicOffsets(topic); // kafkajs knows the topic only afterwards
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
    });
  }

  async stopCompaction(bootstrap: string, topic: string): Promise<void> {
    const configEntries = [{ name: 'cleanup.policy', value: 'delete' }];
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
    await this.#asAdmin(bootstrap, async (admin) => {
      await admin.alterConfigs({ validateOnly: false, resources });
    });
  }

  async #asAdmin(bootstrap: string, work: (admin: KafkaJsAdmin) => Promise<void>): Promise<void> {
    const admin = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** A log reader with what it has handed out so far. */
  async reader(cluster: Cluster, topic: string, isolation: Isolation = 'read_committed'): Promise<ReadLog> {
    const log = new ReadLog(cluster, topic, isolation);
    this.add(() => log.reader.close());
    await log.reader.start(soon());
    return log;
  }
}

/** A log reader that keeps every record and lets a test wait for one. */
export class ReadLog {
  readonly records: LogRecord[] = [];
  readonly failed: Promise<Error>;
  readonly reader: LogReader;
  readonly #watchers = new Set<() => void>();

  constructor(cluster: Cluster, topic: string, isolation: Isolation, justCreated = false) {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.reader = new LogReader({
      cluster,
      topic,
      isolation,
      justCreated,
      onFailed: resolve,
      onRecord: (record) => this.#take(record),
    });
  }

  get texts(): string[] {
    return this.records.map(({ key, value }) => `${key?.toString() ?? '-'}=${value?.toString() ?? 'null'}`);
  }

  /** The record with this value, as soon as it has been handed out, and the moment of it. */
  async value(text: string): Promise<{ readonly at: number }> {
    const { promise, resolve } = Promise.withResolvers<{ at: number }>();
    const look = (): void => {
      if (this.records.some(({ value }) => value?.toString() === text)) resolve({ at: performance.now() });
    };
    this.#watchers.add(look);
    look();
    return await promise.finally(() => this.#watchers.delete(look));
  }

  #take(record: LogRecord): void {
    this.records.push(record);
    for (const look of this.#watchers) look();
  }
}

export function soon(ms = 30_000): AbortSignal {
  return AbortSignal.timeout(ms);
}

export function uniqueName(stem: string): string {
  return `${stem}-${randomUUID().slice(0, 8)}`;
}

export async function newTopic(
  cluster: Cluster,
  configs: Readonly<Record<string, string>> = {},
  { partitions = 1, name = uniqueName('topic') } = {},
): Promise<string> {
  await new Admin(cluster).createTopic({ name, partitions, replicationFactor: -1, configs }, soon());
  return name;
}

/** Looks again until it is so: for states of a broker that send no event. */
export async function eventually(what: string, isSo: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not seen in ${limitMs} ms: ${what}`);
    await delay(100);
  }
}
