import { Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';
import type { ConnectWorker } from '../../../scripts/stack/connect-worker.ts';
import { until, type TestDatabase } from '../../postgres/support/test-database.ts';
import { anonymous, type PlainRecord } from './plain-record.ts';
import type { Variants } from './variants.ts';

const PATIENCE_MS = 240_000;
const QUIET_MS = 30_000;

const statusSchema = z.object({ tasks: z.array(z.object({ state: z.string(), trace: z.string().optional() })) });

export interface ReferenceOptions {
  readonly worker: ConnectWorker;
  readonly bootstrap: string;
  readonly database: TestDatabase;
  readonly snapshotMode: 'no_data' | 'initial';
  /** One connector each. */
  readonly variants: Variants;
}

/** Debezium connectors on a database of the zoo, one for each configuration. */
export class ReferenceRun {
  readonly #options: ReferenceOptions;
  readonly #kafka: Kafka;
  readonly #run = `r${process.pid}${Date.now().toString(36)}`;

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.#kafka = new Kafka({ brokers: [options.bootstrap], logLevel: logLevel.NOTHING });
  }

  /** Starts the connectors and waits until all of them read their slots. */
  async start(): Promise<void> {
    const { database, variants } = this.#options;
    for (const variant of Object.keys(variants)) await this.#request(variant, 'PUT', this.#config(variant));
    await until(
      async () => {
        for (const variant of Object.keys(variants)) await this.#requireRunning(variant);
        // A slot is active while it is being made, too: Debezium takes its place after that, and would skip what comes before.
        const streaming =
          `SELECT count(*) FROM pg_replication_slots JOIN pg_stat_replication ON pid = active_pid ` +
          `WHERE state = 'streaming' AND slot_name LIKE '${this.#run}%'`;
        return (await database.value(streaming)) === String(Object.keys(variants).length);
      },
      'the reference streams',
      PATIENCE_MS,
    );
  }

  /** Waits until each configuration has written so many records of `z.done`. */
  async reached(marks: number): Promise<void> {
    const topics = Object.keys(this.#options.variants).map((variant) => `${this.#prefix(variant)}.z.done`);
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      const isThere = async (): Promise<boolean> => {
        for (const variant of Object.keys(this.#options.variants)) await this.#requireRunning(variant);
        const known = new Set(await admin.listTopics());
        if (!topics.every((topic) => known.has(topic))) return false;
        for (const topic of topics) {
          const ends = await admin.fetchTopicOffsets(topic);
          if (ends.reduce((sum, { high }) => sum + Number(high), 0) < marks) return false;
        }
        return true;
      };
      await until(isThere, `the reference has come to mark ${marks}`, PATIENCE_MS);
    } finally {
      await admin.disconnect();
    }
  }

  /** The records of each configuration once there are as many as expected, or no more come for a while. */
  async records(expected: Readonly<Record<string, number>>): Promise<Map<string, PlainRecord[]>> {
    const prefixes = new Map(Object.keys(expected).map((variant) => [this.#prefix(variant), variant]));
    const wanted = Object.values(expected).reduce((sum, count) => sum + count, 0);
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      let written = 0;
      let since = performance.now();
      await until(
        async () => {
          for (const variant of Object.keys(expected)) await this.#requireRunning(variant);
          const count = await this.#count(await admin.listTopics(), (topic) => admin.fetchTopicOffsets(topic));
          if (count !== written) since = performance.now();
          written = count;
          // Too few are a difference, which is better told topic by topic.
          return count >= wanted || (count > 0 && performance.now() - since > QUIET_MS);
        },
        'the reference has written its records',
        PATIENCE_MS,
      );
      return await this.#read(prefixes, await admin.listTopics(), written);
    } finally {
      await admin.disconnect();
    }
  }

  async stop(): Promise<void> {
    for (const variant of Object.keys(this.#options.variants)) await this.#request(variant, 'DELETE');
  }

  #own(topics: readonly string[]): string[] {
    return topics.filter((topic) => topic.startsWith(this.#run));
  }

  async #count(
    topics: readonly string[],
    offsetsOf: (topic: string) => Promise<readonly { readonly high: string }[]>,
  ): Promise<number> {
    let count = 0;
    for (const topic of this.#own(topics)) for (const { high } of await offsetsOf(topic)) count += Number(high);
    return count;
  }

  async #read(
    prefixes: ReadonlyMap<string, string>,
    topics: readonly string[],
    count: number,
  ): Promise<Map<string, PlainRecord[]>> {
    const found = new Map([...prefixes.values()].map((variant) => [variant, [] as PlainRecord[]]));
    const complete = Promise.withResolvers<undefined>();
    let left = count;
    const consumer = this.#kafka.consumer({ groupId: this.#run, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: this.#own(topics), fromBeginning: true });
    await consumer.run({
      eachMessage: ({ topic, message }) => {
        const prefix = [...prefixes.keys()].find((name) => topic.startsWith(name)) ?? '';
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, value?.toString() ?? null]);
        const record = {
          topic,
          key: message.key?.toString('utf8') ?? null,
          value: message.value?.toString('utf8') ?? null,
          headers: z.record(z.string(), z.string().nullable()).parse(Object.fromEntries(headers)),
        };
        found.get(prefixes.get(prefix) ?? '')?.push(anonymous(record, prefix));
        left -= 1;
        if (left === 0) complete.resolve(undefined);
        return Promise.resolve();
      },
    });
    await complete.promise;
    await consumer.disconnect();
    return found;
  }

  /** No name may begin with another one; letters and digits alone, which no adjustment of names changes. */
  #prefix(variant: string): string {
    return `${this.#run}${variant}x`;
  }

  #config(variant: string): Record<string, string> {
    const { database, variants, snapshotMode } = this.#options;
    return {
      ...database.config({ ...variants[variant] }),
      name: this.#prefix(variant),
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'plugin.name': 'pgoutput',
      'topic.prefix': this.#prefix(variant),
      'slot.name': this.#prefix(variant),
      'slot.drop.on.stop': 'true',
      'publication.autocreate.mode': 'disabled',
      'schema.include.list': 'z',
      'skipped.operations': 'none',
      'snapshot.mode': snapshotMode,
      'poll.interval.ms': '50',
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '1',
      'event.processing.failure.handling.mode': 'fail',
    };
  }

  async #requireRunning(variant: string): Promise<void> {
    const response = await fetch(`${this.#options.worker.url}/connectors/${this.#prefix(variant)}/status`);
    const status = statusSchema.safeParse(await response.json());
    const failed = status.data?.tasks.find(({ state }) => state === 'FAILED');
    if (failed !== undefined) throw new Error(`the reference connector ${variant} failed: ${failed.trace ?? ''}`);
  }

  async #request(variant: string, method: 'PUT' | 'DELETE', config?: Record<string, string>): Promise<void> {
    const path = `${this.#options.worker.url}/connectors/${this.#prefix(variant)}${method === 'PUT' ? '/config' : ''}`;
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(config && { body: JSON.stringify(config) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
