import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { ConnectClient } from '../scripts/demo/connect-client.ts';
import type { PostgresServer } from '../scripts/stack/postgres-server.ts';
import { openBenchStack, startOurs } from './bench-stack.ts';
import { UsageWatch } from './process-usage.ts';
import { percentile } from './statistics.ts';

export interface ManyConnectors {
  /** PostgreSQL connectors, each with a slot and a table of its own. */
  readonly postgres: number;
  /** Load connectors of ten records per second. */
  readonly load: number;
  /** How long all of them run before the memory is read once more. */
  readonly seconds: number;
  readonly print: (line: string) => void;
}

/** Requests at the same time, as a script that creates connectors in a loop would hardly exceed. */
const AT_ONCE = 8;
const PATIENCE_MS = 180_000;

/** How long many connectors on one worker take from the first request to the first record of each, and the memory they need. */
export async function manyConnectors({ postgres: sources, load, seconds, print }: ManyConnectors) {
  const bench = await openBenchStack('bench', print, {
    max_replication_slots: String(sources + 10),
    max_wal_senders: String(sources + 10),
  });
  try {
    const worker = await startOurs(bench.stack, true);
    const client = new ConnectClient(worker.url);
    const names = [
      ...Array.from({ length: sources }, (_, n) => `pg_${n}`),
      ...Array.from({ length: load }, (_, n) => `load_${n}`),
    ];
    const database = new pg.Client(bench.postgres.address);
    await database.connect();
    for (const name of names.slice(0, sources))
      await database.query(`CREATE TABLE ${name} (id int PRIMARY KEY, at timestamptz DEFAULT now())`);
    const firsts = await FirstRecords.watch(bench.kafka.bootstrap, names);
    const usage = await UsageWatch.start(worker.pids, 1);
    const begin = performance.now();
    const sinceBegin = (): number => (performance.now() - begin) / 1000;
    const waiting = names.entries();
    const create = async (): Promise<void> => {
      for (const [n, name] of waiting) {
        await client.create(name, n < sources ? sourceConfig(bench.postgres, name) : loadConfig(name));
        if (n >= sources) continue;
        // Only what is committed once the slot exists is delivered: a table has its first row then.
        void client
          .untilRunning(name, PATIENCE_MS)
          .then(() => database.query(`INSERT INTO ${name} VALUES (1)`))
          .catch((error: unknown) => print(`${name}: ${String(error)}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, create));
    const createdSeconds = sinceBegin();
    print(`${names.length} connectors created after ${createdSeconds.toFixed(1)} s`);
    const arrivals = (await firsts.all(PATIENCE_MS)).map((at) => (at - begin) / 1000);
    const lastSeconds = Math.max(...arrivals);
    print(`first records: median ${percentile(arrivals, 0.5).toFixed(1)} s, last ${lastSeconds.toFixed(1)} s`);
    await delay(seconds * 1000);
    const { peakRssBytes, cpuSeconds } = await usage.stop();
    const peakRssMb = Math.round(peakRssBytes / 1e6);
    const elapsed = sinceBegin();
    print(
      `peak RSS of worker and task hosts ${peakRssMb} MB; ${((cpuSeconds / elapsed) * 100).toFixed(0)} % of one core`,
    );
    await firsts.close();
    await database.end();
    return { benchmark: 'connectors', connectors: names.length, createdSeconds, lastSeconds, peakRssMb };
  } finally {
    await bench.close();
  }
}

function sourceConfig(postgres: PostgresServer, name: string): Readonly<Record<string, string>> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.user': postgres.user,
    'database.password': postgres.password,
    'database.dbname': postgres.database,
    'topic.prefix': name,
    'slot.name': name,
    'publication.name': name,
    'publication.autocreate.mode': 'filtered',
    'table.include.list': `public.${name}`,
    'snapshot.mode': 'no_data',
  };
}

function loadConfig(name: string): Readonly<Record<string, string>> {
  return { 'connector.class': 'load', topic: topicOf(name), throughput: '10' };
}

function topicOf(name: string): string {
  return name.startsWith('pg_') ? `${name}.public.${name}` : name;
}

/** When the first record of each connector's topic was readable for a read_committed reader. */
class FirstRecords {
  readonly #seen = new Map<string, number>();
  readonly #done = Promise.withResolvers<undefined>();
  #close: () => Promise<void> = () => Promise.resolve();

  static async watch(bootstrap: string, names: readonly string[]): Promise<FirstRecords> {
    const firsts = new FirstRecords();
    const topics = names.map(topicOf);
    const kafka = new Kafka({ clientId: 'bench', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 1 })), waitForLeaders: true });
    await admin.disconnect();
    const consumer = kafka.consumer({ groupId: 'first-records', readUncommitted: false, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch: { topic, messages } }) => {
        if (messages.length > 0 && !firsts.#seen.has(topic)) firsts.#seen.set(topic, performance.now());
        if (firsts.#seen.size === topics.length) firsts.#done.resolve(undefined);
        return Promise.resolve();
      },
    });
    firsts.#close = () => consumer.disconnect();
    return firsts;
  }

  /** `performance.now()` of each; rejects when some do not come. */
  async all(timeoutMs: number): Promise<number[]> {
    const late = setTimeout(
      () => this.#done.reject(new Error(`only ${this.#seen.size} connectors have delivered a record`)),
      timeoutMs,
    );
    await this.#done.promise;
    clearTimeout(late);
    return [...this.#seen.values()];
  }

  close(): Promise<void> {
    return this.#close();
  }
}
