import type { Stack } from '../stack/stack.ts';
import type { WorkerServer } from '../stack/worker-server.ts';
import type { PostgresServer } from '../stack/postgres-server.ts';
import { ChaosLoad } from './chaos-load.ts';
import { wait, type Field, type TestedConnector } from './field.ts';
import { KafkaProxy } from './kafka-proxy.ts';
import { PatientRest } from './patient-rest.ts';
import { SeededRandom } from './seeded-random.ts';
import { TableLedger } from './table-ledger.ts';
import { TcpProxy } from './tcp-proxy.ts';

export interface FieldOptions {
  readonly stack: Stack;
  readonly seed: number;
  readonly workers: number;
  readonly connectors: number;
  readonly sessionTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** One connector with the tables it captures and the load on them. */
export interface Captured {
  readonly connector: TestedConnector;
  readonly ledgers: readonly TableLedger[];
  readonly load: ChaosLoad;
}

const BROKERS = 3;
const TABLES = 3;
const PARTITIONS = 3;
const TRANSACTIONS_PER_SECOND = 12;
const BIG_ROWS = 3000;
const SNAPSHOT_ROWS = 50;

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
    const connectors: TestedConnector[] = [];
    for (let i = 1; i <= options.connectors; i += 1) connectors.push({ name: `chaos_${i}`, config: {} });
    return { workers, kafka, brokerWires, database, databaseWire, connectors, rest, random, signal, print };
  } catch (error) {
    closeWires();
    throw error;
  }
}

export async function closeField(field: Field): Promise<void> {
  for (const wire of [field.databaseWire, ...field.brokerWires]) await wire.close();
}

/** The connectors run, their tables change, and the snapshots of those that take one are done. */
export async function startConnectors(field: Field, seed: number): Promise<Captured[]> {
  const captured = field.connectors.map((connector, index) => capture(field, connector, seed * 1000 + index));
  for (const [index, { connector, ledgers, load }] of captured.entries()) {
    const snapshot = index % 2 === 0;
    await load.prepare(snapshot ? SNAPSHOT_ROWS : 0);
    const tables = ledgers.map(({ table }) => `public.${table}`).join(',');
    connector.config = connectorConfig(field, connector.name, tables, snapshot ? 'initial' : 'no_data');
    await field.rest.putConfig(connector.name, connector.config);
  }
  for (const { connector, load } of captured) {
    await until(field, async () => isRunning(await field.rest.status(connector.name)));
    load.start();
    await until(field, () => field.rest.streams(connector.name));
  }
  return captured;
}

function capture(field: Field, connector: TestedConnector, seed: number): Captured {
  const ledgers = Array.from({ length: TABLES }, (_, index) => {
    const table = `${connector.name}_t${index + 1}`;
    return new TableLedger(table, `${connector.name}.public.${table}`);
  });
  const load = new ChaosLoad({
    address: field.database.address,
    tables: ledgers,
    transactionsPerSecond: TRANSACTIONS_PER_SECOND,
    random: new SeededRandom(seed),
    bigRows: BIG_ROWS,
  });
  return { connector, ledgers, load };
}

function connectorConfig(
  { database, databaseWire }: { readonly database: PostgresServer; readonly databaseWire: TcpProxy },
  name: string,
  tables: string,
  snapshotMode: string,
): Readonly<Record<string, string>> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
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
    'table.include.list': tables,
    'snapshot.mode': snapshotMode,
    'topic.creation.default.partitions': String(PARTITIONS),
    'topic.creation.default.replication.factor': '-1',
  };
}

type Status = Awaited<ReturnType<PatientRest['status']>>;

export function isRunning(status: Status): boolean {
  if (status === undefined || status.tasks.length === 0) return false;
  return [status.connector, ...status.tasks].every(({ state }) => state === 'RUNNING');
}

const POLL_MS = 200;
const START_TIMEOUT_MS = 90_000;

async function until(field: Field, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`the connectors did not start within ${START_TIMEOUT_MS / 1000} s`);
    await wait(field, POLL_MS);
  }
}
