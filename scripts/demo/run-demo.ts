import type { PostgresServer } from '../stack/postgres-server.ts';
import type { Stack } from '../stack/stack.ts';
import type { WorkerServer } from '../stack/worker-server.ts';
import { compareChanges, isClean, tableDifferences, verdictLine } from './change-ledger.ts';
import { ConnectClient } from './connect-client.ts';
import { createTopic } from './create-topic.ts';
import { Load } from './load.ts';
import { TopicReader } from './topic-reader.ts';

export interface DemoOptions {
  readonly stack: Stack;
  /** Addresses of the brokers that the stack has started. */
  readonly bootstrap: string;
  readonly print: (line: string) => void;
  readonly workers: number;
  readonly kills: number;
}

const CONNECTOR = 'inventory';
const TABLE = 'items';
const TOPIC = `inv.public.${TABLE}`;
/** Shorter than Connect's 10 s, so that the two take-overs of the demo do not try anybody's patience; 6 s is the least a broker takes by default. */
const SESSION_TIMEOUT_MS = 6000;
/** The stream must run this long before the first kill and between kills. */
const CALM_CHANGES = 1500;

export function connectorConfig(postgres: PostgresServer): Readonly<Record<string, string>> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.user': postgres.user,
    'database.password': postgres.password,
    'database.dbname': postgres.database,
    'topic.prefix': 'inv',
    'plugin.name': 'pgoutput',
    'slot.name': 'inventory',
    'publication.name': 'inventory',
    'publication.autocreate.mode': 'filtered',
    'table.include.list': `public.${TABLE}`,
  };
}

/** The whole way on real servers: load, two killed workers, and the comparison of topic and table. True when nothing is wrong. */
export async function runDemo({ stack, bootstrap, print, workers: count, kills }: DemoOptions): Promise<boolean> {
  const postgres = await stack.start('postgres');
  const workers = await startWorkers(stack, bootstrap, count);
  print(`workers: ${workers.map(({ url }) => url).join('  ')}`);
  const load = new Load({ address: postgres.address, table: TABLE, transactionsPerSecond: 150 });
  await load.prepare();
  await createTopic(bootstrap, TOPIC, 1);
  const reader = new TopicReader(bootstrap, TOPIC);
  await reader.start();
  try {
    await client(workers).create(CONNECTOR, connectorConfig(postgres));
    let owner = await client(workers).untilRunning(CONNECTOR, 30_000);
    print(`connector ${CONNECTOR} runs on ${owner}; the load begins`);
    load.start();
    const takeOvers: number[] = [];
    const progress = setInterval(
      () => print(`  ${load.written.length} changes written, ${reader.delivered.length} delivered, task on ${owner}`),
      2000,
    );
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        await calm(load, reader);
        const victim = workers.find(({ workerId }) => workerId === owner);
        if (victim === undefined) throw new Error(`the status names a worker that is none of ours: ${owner}`);
        takeOvers.push(await killAndWait({ victim, workers, load, reader, print }));
        owner = await aliveOwner(workers);
        print(`  the task runs on ${owner} now`);
      }
      await calm(load, reader);
    } finally {
      clearInterval(progress);
    }
    const last = await load.stop();
    await reader.until((change) => change.key === last.key, 60_000);
    return await report({ load, reader, postgres, takeOvers, print });
  } finally {
    await reader.stop();
  }
}

/** Three at once would need three times as long each on two cores; the first one creates the topics. */
async function startWorkers(stack: Stack, bootstrap: string, count: number): Promise<WorkerServer[]> {
  const properties = { 'session.timeout.ms': String(SESSION_TIMEOUT_MS) };
  const workers: WorkerServer[] = [];
  for (let i = 1; i <= count; i += 1)
    workers.push(await stack.start('worker', { as: `worker-${i}`, bootstrap, properties }));
  return workers;
}

function client(workers: readonly WorkerServer[]): ConnectClient {
  const alive = workers.find(({ running }) => running);
  if (alive === undefined) throw new Error('no worker is left');
  return new ConnectClient(alive.url);
}

/** The worker that the status names once that is one of those that live. */
async function aliveOwner(workers: readonly WorkerServer[]): Promise<string> {
  const found = await client(workers).until(
    CONNECTOR,
    ({ tasks: [task] }) => task?.state === 'RUNNING' && workers.some(({ workerId }) => workerId === task.worker_id),
    30_000,
  );
  return found.tasks[0]?.worker_id ?? '';
}

interface Kill {
  readonly victim: WorkerServer;
  readonly workers: WorkerServer[];
  readonly load: Load;
  readonly reader: TopicReader;
  readonly print: (line: string) => void;
}

/** Milliseconds from the kill to the arrival of the first change that was written after it. */
async function killAndWait({ victim, workers, load, reader, print }: Kill): Promise<number> {
  print(`  SIGKILL to ${victim.workerId}`);
  const begin = performance.now();
  await victim.kill('SIGKILL');
  workers.splice(workers.indexOf(victim), 1);
  await delivered(reader, load.written.length + 1);
  const ms = performance.now() - begin;
  print(`  changes written after it arrive after ${(ms / 1000).toFixed(1)} s`);
  return ms;
}

/** The stream has caught up and runs for a while. */
async function calm(load: Load, reader: TopicReader): Promise<void> {
  await delivered(reader, load.written.length + CALM_CHANGES);
}

async function delivered(reader: TopicReader, count: number): Promise<void> {
  if (reader.delivered.length < count) await reader.next(() => reader.delivered.length >= count, 60_000);
}

interface Outcome {
  readonly load: Load;
  readonly reader: TopicReader;
  readonly postgres: PostgresServer;
  readonly takeOvers: readonly number[];
  readonly print: (line: string) => void;
}

async function report({ load, reader, postgres, takeOvers, print }: Outcome): Promise<boolean> {
  const verdict = compareChanges(load.written, reader.delivered);
  const table = await Load.tableContents(postgres.address, TABLE);
  const differing = tableDifferences(table, reader.delivered);
  for (const example of [...verdict.examples, ...differing]) print(`  ${example}`);
  print(
    `changes written ${load.written.length}, events delivered ${reader.delivered.length}, rows in the table ${table.size}`,
  );
  print(
    `take-over times: ${takeOvers.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')} (session timeout ${SESSION_TIMEOUT_MS / 1000} s)`,
  );
  console.log(verdictLine(verdict));
  return isClean(verdict) && differing.length === 0;
}
