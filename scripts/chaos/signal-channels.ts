import { access, link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { PostgresAddress } from '../stack/postgres-server.ts';
import { hasTaken } from './connector-offsets.ts';
import { insertSignal } from './database-questions.ts';
import type { SnapshotKind } from './fault.ts';
import { eventually, type Field } from './field.ts';
import type { Signal } from './patient-rest.ts';
import { lifeOf, type TestedConnector } from './tested-connector.ts';

export function signalTable(connector: string): string {
  return `${connector}_signals`;
}

export async function createSignalTable(address: PostgresAddress, table: string): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    await client.query(
      `CREATE TABLE ${table} (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048))`,
    );
  } finally {
    await client.end();
  }
}

/** All workers are on this machine, so that whichever runs the task finds it. */
export function signalFile(folder: string, connector: string): string {
  return join(folder, `${connector}.signals`);
}

/**
 * Sends a signal and waits until it was taken; one in the table is taken in its order among the changes, so that nothing has to
 * wait for that.
 */
export async function sendSignal(
  field: Field,
  connector: TestedConnector,
  { way, signal }: { readonly way: SnapshotKind; readonly signal: Signal },
): Promise<void> {
  lifeOf(connector).signals.push(signal.id);
  field.print(`  ${connector.name}: ${way} ${signal.id} ${signal.type} ${JSON.stringify(signal.data)}`);
  switch (way) {
    case 'snapshot-by-rest':
      return field.rest.signal(connector.name, signal);
    case 'snapshot-by-table':
      return insertSignal(field, signalTable(connector.name), { ...signal, data: JSON.stringify(signal.data) });
    case 'snapshot-by-topic':
      return sendToTopic(field, connector, signal);
    case 'snapshot-by-file':
      return putIntoFile(field, signalFile(field.folder, connector.name), signal);
  }
}

async function sendToTopic(field: Field, connector: TestedConnector, signal: Signal): Promise<void> {
  const topic = lifeOf(connector).signalTopic;
  const kafka = new Kafka({
    clientId: 'chaos',
    brokers: field.kafka.bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 30, maxRetryTime: 2000 },
  });
  const producer = kafka.producer();
  let offset: bigint | undefined;
  try {
    await producer.connect();
    const messages = [{ key: connector.name, value: JSON.stringify(signal) }];
    const [place] = await producer.send({ topic, messages });
    offset = BigInt(place?.baseOffset ?? '0');
  } finally {
    await producer.disconnect();
  }
  const sent = offset;
  await eventually(field, `the signal ${signal.id} was taken from ${topic}`, async () =>
    hasTaken(await field.rest.offsets(connector.name), topic, sent),
  );
}

/** The file appears whole: a task that takes it away never sees half of a line. */
async function putIntoFile(field: Field, file: string, signal: Signal): Promise<void> {
  const written = `${file}.written`;
  await writeFile(written, `${JSON.stringify(signal)}\n`);
  await link(written, file);
  await rm(written);
  await eventually(field, `the signal ${signal.id} was taken from ${file}`, async () => {
    for (const place of [file, `${file}.taken`]) if (await exists(place)) return false;
    return true;
  });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
