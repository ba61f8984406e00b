import assert from 'node:assert/strict';
import { compareChanges, verdictLine } from '../../scripts/demo/change-ledger.ts';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { Load } from '../../scripts/demo/load.ts';
import { TopicReader } from '../../scripts/demo/topic-reader.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { brokerTime } from './gaps.ts';
import { tableConnector, uniqueName, type TestCluster } from './test-cluster.ts';

export interface LoadedOptions {
  readonly cluster: TestCluster;
  readonly bootstrap: string;
  readonly postgres: PostgresServer;
  readonly transactionsPerSecond?: number;
  readonly extra?: Readonly<Record<string, string>>;
}

/** A connector that runs under a steady load, with a reader that keeps count of what arrives. */
export class LoadedConnector {
  readonly name: string;
  readonly topic: string;
  readonly load: Load;
  readonly reader: TopicReader;
  readonly #options: LoadedOptions;

  private constructor(name: string, topic: string, load: Load, reader: TopicReader, options: LoadedOptions) {
    this.name = name;
    this.topic = topic;
    this.load = load;
    this.reader = reader;
    this.#options = options;
  }

  static async start(options: LoadedOptions): Promise<LoadedConnector> {
    const name = uniqueName('loaded');
    const table = `t_${name}`;
    const topic = `${name}.public.${table}`;
    const { cluster, bootstrap, postgres } = options;
    const load = new Load({
      address: postgres.address,
      table,
      transactionsPerSecond: options.transactionsPerSecond ?? 100,
    });
    await load.prepare();
    await createTopic(bootstrap, topic, 1, brokerTime);
    const reader = new TopicReader(bootstrap, topic);
    await reader.start();
    await cluster.client.create(name, tableConnector(postgres, name, table, options.extra));
    await cluster.client.untilRunning(name, 40_000);
    load.start();
    return new LoadedConnector(name, topic, load, reader, options);
  }

  /** Settles when so many more changes have been delivered. */
  async more(count: number, timeoutMs = 60_000): Promise<void> {
    const goal = this.reader.delivered.length + count;
    await this.reader.next(() => this.reader.delivered.length >= goal, timeoutMs);
  }

  /** Ends the load, waits for its last change and requires that everything arrived exactly once and in order. */
  async verify(timeoutMs = 60_000): Promise<void> {
    const last = await this.load.stop();
    await this.reader.until((change) => change.key === last.key, timeoutMs);
    const verdict = compareChanges(this.load.written, this.reader.delivered);
    assert.equal(verdictLine(verdict), 'lost 0, duplicated 0, out of order 0', verdict.examples.join('\n'));
  }

  /** Safe after a failure too: it must not hide what failed. */
  async close(): Promise<void> {
    await this.load.abandon();
    await this.reader.stop();
    await this.#options.cluster.client.delete(this.name).catch((error: unknown) => {
      console.error(`deleting ${this.name}:`, error);
    });
  }
}
