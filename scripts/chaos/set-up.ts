import type { Stack } from '../stack/stack.ts';
import type { WorkerServer } from '../stack/worker-server.ts';
import type { PostgresServer } from '../stack/postgres-server.ts';
import { ChaosLoad } from './chaos-load.ts';
import { eventually, type Field } from './field.ts';
import { KafkaProxy } from './kafka-proxy.ts';
import { PatientRest } from './patient-rest.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { createSignalTable, signalFile, signalTable } from './signal-channels.ts';
import { createTopics, SHARED, untilRead } from './snapshot-faults.ts';
import { TableLedger } from './table-ledger.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { ConnectorLife, lifeOf, type TestedConnector } from './tested-connector.ts';

export interface FieldOptions {
  readonly stack: Stack;
  readonly seed: number;
  readonly workers: number;
  readonly connectors: number;
  readonly sessionTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

const BROKERS = 3;
const TABLES = 3;
const PARTITIONS = 3;
const TRANSACTIONS_PER_SECOND = 12;
const BIG_ROWS = 3000;
const SNAPSHOT_ROWS = 50;
/** In one table of each: some 8 MB, which are read for seconds. */
const BULK_ROWS = 30_000;

/** Three brokers, a database, workers, and proxies between them; nobody works yet. */
export async function openField(options: FieldOptions): Promise<Field> {
  const { stack, signal, print } = options;
  const brokerWires = await Promise.all(Array.from({ length: BROKERS }, () => KafkaProxy.open()));
  const databaseWire = await TcpProxy.open();
  // Nothing is left open when a server does not start.
  const closeWires = (): void => void Promise.all([databaseWire, ...brokerWires].map((wire) => wire.close()));
  try {
    const database = await stack.start('postgres');
    databaseWire.forwardTo(database.port);
    const kafka = await stack.start('kafka3', { proxyPorts: brokerWires.map(({ port }) => port), heap: '640m' });
    for (const [index, wire] of brokerWires.entries()) wire.forwardTo(kafka.brokers[index]?.proxyTarget);
    const bootstrap = brokerWires.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const workers: WorkerServer[] = [];
    for (let i = 1; i <= options.workers; i += 1) {
      const properties = { 'session.timeout.ms': String(options.sessionTimeoutMs) };
      workers.push(await stack.start('worker', { as: `worker-${i}`, bootstrap, properties }));
    }
    const rest = new PatientRest(() => workers.filter(({ running }) => running).map(({ url }) => url), signal);
    const random = new SeededRandom(options.seed);
    const connectors = Array.from({ length: options.connectors }, (_, index) =>
      testedConnector(database, index, options.seed),
    );
    const servers = { workers, kafka, brokerWires, database, databaseWire };
    return { ...servers, connectors, rest, folder: stack.folder, random, signal, print };
  } catch (error) {
    closeWires();
    throw error;
  }
}

export async function closeField(field: Field): Promise<void> {
  for (const wire of [field.databaseWire, ...field.brokerWires]) await wire.close();
}

/** The connectors run, their tables change, and the snapshots of those that take one are done. */
export async function startConnectors(field: Field): Promise<void> {
  for (const [index, connector] of field.connectors.entries()) {
    const life = lifeOf(connector);
    await connector.load.prepare(withSnapshot(index) ? SNAPSHOT_ROWS : 0, withSnapshot(index) ? BULK_ROWS : 0);
    await createTopics(field, life);
    await createSignalTable(field.database.address, signalTable(connector.name));
    connector.config = {
      ...connectorConfig(field, connector),
      ...life.settings,
      ...(withSnapshot(index) ? SHARED : { 'snapshot.mode': 'no_data', 'tasks.max': '1' }),
    };
    await field.rest.putConfig(connector.name, connector.config);
  }
  for (const connector of field.connectors) {
    const isUp = async (): Promise<boolean> => isRunning(await field.rest.status(connector.name));
    await eventually(field, `${connector.name} runs`, isUp);
    connector.load.start();
    await untilRead(field, connector);
  }
}

/** Every other connector begins with a snapshot, which two tasks share. */
function withSnapshot(index: number): boolean {
  return index % 2 === 0;
}

function testedConnector(database: PostgresServer, index: number, seed: number): TestedConnector {
  const name = `chaos_${index + 1}`;
  const life = new ConnectorLife(name, 1);
  for (let number = 1; number <= TABLES; number += 1) {
    const table = `${name}_t${number}`;
    life.ledgers.push(new TableLedger(table, life.topicOf(table), withSnapshot(index) ? 'snapshot' : 'empty'));
  }
  const load = new ChaosLoad({
    address: database.address,
    tables: [...life.ledgers],
    transactionsPerSecond: TRANSACTIONS_PER_SECOND,
    random: new SeededRandom(seed * 1000 + index),
    bigRows: BIG_ROWS,
  });
  return { name, config: {}, load, lives: [life] };
}

function connectorConfig(
  { database, databaseWire, folder }: Pick<Field, 'database' | 'databaseWire' | 'folder'>,
  connector: TestedConnector,
): Readonly<Record<string, string>> {
  const { name } = connector;
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'database.hostname': '127.0.0.1',
    'database.port': String(databaseWire.port),
    'database.user': database.user,
    'database.password': database.password,
    'database.dbname': database.database,
    'topic.prefix': name,
    'plugin.name': 'pgoutput',
    'slot.name': name,
    'publication.name': name,
    'publication.autocreate.mode': 'filtered',
    'table.include.list': lifeOf(connector)
      .ledgers.map(({ table }) => `public.${table}`)
      .join(','),
    'topic.creation.default.partitions': String(PARTITIONS),
    'topic.creation.default.replication.factor': '-1',
    'signal.enabled.channels': 'source,kafka,file',
    'signal.data.collection': `public.${signalTable(name)}`,
    'signal.file': signalFile(folder, name),
    'signal.poll.interval.ms': '500',
    'notification.enabled.channels': 'sink',
    'millrace.snapshot.added.tables': 'true',
    'incremental.snapshot.chunk.size': '512',
    'millrace.snapshot.chunk.bytes': '65536',
  };
}

type Status = Awaited<ReturnType<PatientRest['status']>>;

export function isRunning(status: Status): boolean {
  if (status === undefined || status.tasks.length === 0) return false;
  return [status.connector, ...status.tasks].every(({ state }) => state === 'RUNNING');
}
