import { createTopic } from '../demo/create-topic.ts';
import { childrenOf } from '../stack/process-identity.ts';
import { ADDED } from './asked-snapshots.ts';
import { hasBegun, hasNoticed, isStreaming, queueOf } from './connector-offsets.ts';
import { dropSlot, untilConfirmed, untilPublished } from './database-questions.ts';
import type { FaultOf, SnapshotKind } from './fault.ts';
import { at, eventually, wait, type Field } from './field.ts';
import { sendAgain } from './late-requests.ts';
import { sendSignal } from './signal-channels.ts';
import { TableLedger } from './table-ledger.ts';
import { lifeOf, type ConnectorLife, type TestedConnector } from './tested-connector.ts';
import { signalTo } from './worker-faults.ts';

/** A snapshot that two tasks take. */
export const SHARED = { 'snapshot.mode': 'initial', 'tasks.max': '2' } as const;
const ADDED_ROWS = 5000;
/** What a frozen worker was sent happens when it is thawed, at the latest after what may follow that. */
const LATE_MS = 60_000;

/** An incremental snapshot of some tables, and what is asked of it while it runs. */
export async function askSnapshot(field: Field, fault: FaultOf<SnapshotKind>): Promise<void> {
  const connector = at(field.connectors, fault.connector);
  const life = lifeOf(connector);
  // A stop would take tables out that were added, and of whose rows nothing else tells.
  const isStopped = fault.then === 'stop' || fault.then === 'stop-all';
  const known = life.ledgers.filter(({ beginning }) => !isStopped || beginning !== 'added');
  const tables = field.random
    .shuffled(known)
    .slice(0, fault.tables)
    .map(({ table }) => `public.${table}`);
  const isPure = known.length === life.ledgers.length;
  const send = async (type: string, data: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const id = `${connector.name}-${life.number}-${life.signals.length + 1}`;
    if (type === 'execute-snapshot') life.asked.push({ id, tables, askedMs: Date.now() });
    await sendSignal(field, connector, { way: fault.kind, signal: { id, type, data } });
    return id;
  };
  const names = { 'data-collections': tables };
  const conditions = tables.map((table) => ({ 'data-collection': table, filter: 'version % 2 = 1' }));
  await send('execute-snapshot', fault.isPartial ? { ...names, 'additional-conditions': conditions } : names);
  if (fault.then === 'nothing') return;
  await wait(field, fault.afterMs);
  if (fault.then === 'pause') {
    await send('pause-snapshot');
    await wait(field, fault.ms);
    await send('resume-snapshot');
  } else {
    // Channels in which a signal may be obeyed late or twice could hit a table that is added meanwhile.
    const isOrdered = fault.kind === 'snapshot-by-table' || fault.kind === 'snapshot-by-topic';
    await send('stop-snapshot', fault.then === 'stop-all' && isPure && isOrdered ? {} : names);
  }
}

/** A new table with rows, under load, is added to the filters: the connector has to read it by itself. */
export async function addTable(field: Field, fault: FaultOf<'table-add'>): Promise<void> {
  const connector = at(field.connectors, fault.connector);
  const { name, load } = connector;
  const life = lifeOf(connector);
  const table = `${name}_t${life.ledgers.length + 1}`;
  const ledger = new TableLedger(table, life.topicOf(table), 'added');
  await load.addTable(ledger, ADDED_ROWS);
  life.ledgers.push(ledger);
  life.asked.push({ id: ADDED, tables: [`public.${table}`], askedMs: Date.now() });
  await untilNoConfigIsLate(field, connector);
  const included = `${connector.config['table.include.list'] ?? ''},public.${table}`;
  connector.config = { ...connector.config, 'table.include.list': included };
  await field.rest.putConfig(name, connector.config);
  await untilPublished(field, connector, table);
  ledger.streams();
  // Until then a reset of the offsets would have the connector forget that the table is new.
  await eventually(field, `${name} noticed the table ${table}`, async () => {
    await sendAgain(field, connector);
    return hasNoticed(await field.rest.offsets(name), `public.${table}`);
  });
}

/**
 * The offsets and the slot of a connector go, and it takes its initial snapshot again, which two tasks share, one of whose workers
 * loses its hosts. Its tables stand still while there is no slot, or changes would be missing.
 */
export async function snapshotAnew(field: Field, fault: FaultOf<'snapshot-anew'>): Promise<void> {
  const connector = at(field.connectors, fault.connector);
  const { name, load } = connector;
  await untilNoConfigIsLate(field, connector);
  await load.stop();
  await load.writeMarkers();
  await untilConfirmed(field, connector);
  const isOver = async (): Promise<boolean> => {
    await sendAgain(field, connector);
    return queueOf(await field.rest.offsets(name)) === undefined;
  };
  await eventually(field, `the incremental snapshots of ${name} were over`, isOver);
  await field.rest.put(name, 'stop');
  await field.rest.deleteOffsets(name);
  await dropSlot(field, name);
  const life = lifeOf(connector).next();
  await createTopics(field, life);
  connector.lives.push(life);
  field.print(`  ${name} begins anew`);
  connector.config = { ...connector.config, ...life.settings, ...SHARED };
  await field.rest.putConfig(name, connector.config);
  await field.rest.put(name, 'resume');
  await eventually(field, `the snapshot of ${name} began`, async () => {
    await sendAgain(field, connector);
    return hasBegun(await field.rest.offsets(name));
  });
  load.noteIn(life.ledgers);
  load.start();
  await wait(field, fault.afterMs);
  await killHosts(field, name, fault.task);
  await untilRead(field, connector);
}

/** Until the initial snapshot is over: every later change must come as one. */
export async function untilRead(field: Field, connector: TestedConnector): Promise<void> {
  await eventually(field, `${connector.name} streams`, async () => {
    await sendAgain(field, connector);
    return isStreaming(await field.rest.offsets(connector.name));
  });
  for (const ledger of lifeOf(connector).ledgers) ledger.streams();
}

/** The topics that have to have one partition. */
export async function createTopics(field: Field, { toldTopic, signalTopic }: ConnectorLife): Promise<void> {
  for (const topic of [toldTopic, signalTopic])
    await eventually(field, `${topic} was created`, async () => {
      await createTopic(field.kafka.bootstrap, topic, 1, {}, -1);
      return true;
    });
}

/** One that comes late would take tables out of the filters again. */
async function untilNoConfigIsLate(field: Field, { name }: TestedConnector): Promise<void> {
  while (field.rest.mayConfigBeLate(name, LATE_MS)) await wait(field, 1000);
}

async function killHosts(field: Field, name: string, task: number): Promise<void> {
  const status = await field.rest.status(name);
  const id = status?.tasks.find((each) => each.id === task)?.worker_id;
  const worker = field.workers.find(({ workerId }) => workerId === id);
  if (worker?.running !== true) return;
  field.print(`  the task hosts of ${worker.name} are killed, which has task ${task} of ${name}`);
  for (const host of await childrenOf(worker.pid)) signalTo(host, 'SIGKILL');
}
