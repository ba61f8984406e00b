import pg from 'pg';
import { ConnectClient } from '../../scripts/demo/connect-client.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import type { WorkerServer } from '../../scripts/stack/worker-server.ts';
import { servers } from './servers.ts';

let counter = 0;

/** A name that no other test of this run has: for groups, tables, slots and prefixes (letters, digits, underscore). */
export function uniqueName(stem: string): string {
  counter += 1;
  return `${stem}_${counter}`;
}

export interface ClusterOptions {
  readonly workers?: number;
  readonly bootstrap?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Shorter than Connect's, so that take-overs in tests are quick; 6 s is the least a broker takes by default. */
export const SESSION_TIMEOUT_MS = 6000;

/** Workers that form one cluster on the shared Kafka (or another), as real processes. */
export class TestCluster {
  readonly workers: WorkerServer[] = [];
  readonly #groupId = uniqueName('group').replace('_', '-');
  readonly #options: ClusterOptions;

  private constructor(options: ClusterOptions) {
    this.#options = options;
  }

  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const cluster = new TestCluster(options);
    for (let i = 1; i <= (options.workers ?? 1); i += 1) await cluster.add();
    return cluster;
  }

  /** Another worker, ready. */
  async add(): Promise<WorkerServer> {
    const { stack, kafka } = servers();
    const { bootstrap, properties } = this.#options;
    const worker = await stack.start('worker', {
      as: `${this.#groupId}-w${this.workers.length + 1}`,
      groupId: this.#groupId,
      bootstrap: bootstrap ?? kafka.bootstrap,
      properties: { 'session.timeout.ms': String(SESSION_TIMEOUT_MS), ...properties },
    });
    this.workers.push(worker);
    return worker;
  }

  /** REST of the first worker that runs. */
  get client(): ConnectClient {
    return new ConnectClient(this.#alive().url);
  }

  get url(): string {
    return this.#alive().url;
  }

  /** The worker that the status of the connector's task names. */
  async owner(connector: string): Promise<WorkerServer> {
    const id = await this.client.untilRunning(connector, 40_000);
    const worker = this.workers.find(({ workerId }) => workerId === id);
    if (worker === undefined) throw new Error(`the status names ${id}, which is no worker of this cluster`);
    return worker;
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.close();
  }

  #alive(): WorkerServer {
    const worker = this.workers.find(({ running }) => running);
    if (worker === undefined) throw new Error('no worker is left');
    return worker;
  }
}

/** The configuration of a connector for one table, with topics created on demand; no snapshot unless asked for. */
export function tableConnector(
  postgres: PostgresServer,
  name: string,
  table: string,
  extra: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.user': postgres.user,
    'database.password': postgres.password,
    'database.dbname': postgres.database,
    'topic.prefix': name,
    'plugin.name': 'pgoutput',
    'slot.name': name,
    'publication.name': name,
    'publication.autocreate.mode': 'filtered',
    'table.include.list': `public.${table}`,
    'snapshot.mode': 'no_data',
    'topic.creation.default.partitions': '1',
    'topic.creation.default.replication.factor': '-1',
    ...extra,
  };
}

/** One query on a connection of its own. */
export async function sql(
  postgres: PostgresServer,
  text: string,
  database?: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...postgres.address, ...(database === undefined ? {} : { database }) });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text);
    return result.rows;
  } finally {
    await client.end();
  }
}
