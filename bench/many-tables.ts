import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { ConnectClient } from '../scripts/demo/connect-client.ts';
import type { PostgresAddress } from '../scripts/stack/postgres-server.ts';
import { openBenchStack, startOurs, type BenchStack } from './bench-stack.ts';
import { connectorConfig, type Contender } from './contender.ts';
import { UsageWatch } from './process-usage.ts';
import { TopicWatch } from './topic-watch.ts';

export interface ManyTables {
  /** Tables of ten columns in one database. */
  readonly tables: number;
  /** Rows of each. */
  readonly rows: number;
  readonly tasks: number;
  readonly print: (line: string) => void;
}

interface Round {
  readonly mode: string;
  /** From the request that creates the connector to RUNNING, to the last row of the snapshot, and to the first change. */
  readonly runningSeconds: number;
  readonly rowsSeconds: number;
  readonly firstChangeSeconds: number;
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
}

const PATIENCE_MS = 900_000;
const TABLES_PER_STATEMENT = 200;

/**
 * One connector over very many tables, with a publication of its own for them: how long it takes to the first change, and the
 * memory it needs, without a snapshot and with one. All records go to one topic: the broker is not what is measured.
 */
export async function manyTables({ tables, rows, tasks, print }: ManyTables) {
  const bench = await openBenchStack('bench', print);
  try {
    await createTables(bench.postgres.address, { tables, rows }, print);
    const worker = await startOurs(bench.stack, true);
    const rounds: Round[] = [];
    for (const mode of ['no_data', 'initial']) {
      const expected = mode === 'initial' ? tables * rows : 0;
      const round = await measure(bench, worker, { mode, expected, tasks, change: rounds.length + 1 });
      rounds.push(round);
      print(
        `${mode}: RUNNING after ${round.runningSeconds.toFixed(1)} s, ${expected} rows after ${round.rowsSeconds.toFixed(1)} s, first change after ${round.firstChangeSeconds.toFixed(1)} s; peak RSS of worker and busiest task host ${round.peakRssMb} MB, ${round.cpuSeconds.toFixed(1)} s of processor`,
      );
    }
    return { benchmark: 'many-tables', tables, rows, tasks, rounds };
  } finally {
    await bench.close();
  }
}

async function createTables(
  address: PostgresAddress,
  { tables, rows }: Pick<ManyTables, 'tables' | 'rows'>,
  print: (line: string) => void,
): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  const begin = performance.now();
  const columns = `id int PRIMARY KEY, name text NOT NULL DEFAULT 'none', amount numeric(12,2), at timestamptz, day date,
    flag boolean DEFAULT false, code varchar(20), big bigint, real double precision, doc jsonb`;
  for (let from = 1; from <= tables; from += TABLES_PER_STATEMENT) {
    const to = Math.min(tables, from + TABLES_PER_STATEMENT - 1);
    const statements = Array.from({ length: to - from + 1 }, (_, index) => {
      const name = `many_${from + index}`;
      const insert = rows === 0 ? '' : `INSERT INTO ${name} SELECT n, 'name ' || n FROM generate_series(1, ${rows}) n;`;
      return `CREATE TABLE ${name} (${columns}); ${insert}`;
    });
    await client.query(statements.join('\n'));
  }
  await client.query('ANALYZE');
  await client.end();
  print(`created ${tables} tables of ${rows} rows in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}

async function measure(
  bench: BenchStack,
  worker: Contender,
  {
    mode,
    expected,
    tasks,
    change,
  }: { readonly mode: string; readonly expected: number; readonly tasks: number; readonly change: number },
): Promise<Round> {
  const { address } = bench.postgres;
  const name = `many_${mode}`;
  const topic = `${name}.all`;
  await createTopic(bench.kafka.bootstrap, topic);
  const changed = Promise.withResolvers<undefined>();
  const watch = new TopicWatch(bench.kafka.bootstrap, topic, ({ value }) => {
    if (value?.includes('"op":"c"') === true) changed.resolve(undefined);
  });
  await watch.start();
  const client = new ConnectClient(worker.url);
  const database = new pg.Client(address);
  await database.connect();
  const usage = await UsageWatch.start(worker.pids, tasks);
  const begin = performance.now();
  const seconds = (): number => (performance.now() - begin) / 1000;
  await client.create(name, {
    ...connectorConfig({ address, table: 'many_.*', slot: name, prefix: name }),
    'tasks.max': String(tasks),
    'snapshot.mode': mode,
    'publication.autocreate.mode': 'filtered',
    // No transform: with one all records would go the way of those that have fields.
    'topic.naming.strategy': 'io.debezium.schema.SchemaRegexTopicNamingStrategy',
    'topic.regex': '.*',
    'topic.replacement': topic,
  });
  await client.untilRunning(name, PATIENCE_MS);
  const runningSeconds = seconds();
  await database.query(`INSERT INTO many_1 VALUES (${1_000_000 + change})`);
  await watch.until(expected);
  const rowsSeconds = seconds();
  await changed.promise;
  const firstChangeSeconds = seconds();
  const { peakWorkingRssBytes, cpuSeconds } = await usage.stop();
  await client.delete(name);
  await watch.close();
  await dropSlot(database, name);
  await database.end();
  return {
    mode,
    runningSeconds,
    rowsSeconds,
    firstChangeSeconds,
    peakRssMb: Math.round(peakWorkingRssBytes / 1e6),
    cpuSeconds,
  };
}

async function createTopic(bootstrap: string, topic: string): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

async function dropSlot(database: pg.Client, name: string): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ active: boolean }>(
      'SELECT active FROM pg_replication_slots WHERE slot_name = $1',
      [name],
    );
    if (rows[0]?.active !== true) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await database.query('SELECT pg_drop_replication_slot($1)', [name]);
}
