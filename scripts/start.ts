import pg from 'pg';
import { connectorConfig } from './demo/run-demo.ts';
import { TABLE_DEFINITION } from './demo/load.ts';
import { withLock } from './stack/exclusive-lock.ts';
import { readRecord, stackLockFile } from './stack/stack-record.ts';
import { Stack } from './stack/stack.ts';

/** The same name as `npm run stack` takes by default, so that its `status`, `info` and `down` speak of this stack. */
const NAME = 'default';
const WORKERS = 3;

const say = (line: string): void => console.log(line);

/** `npm start`: Kafka, PostgreSQL with a table, and three workers, left running in the background. */
async function main(): Promise<void> {
  if ((await readRecord(NAME)) !== undefined)
    throw new Error("a stack is up already; see 'npm run stack -- info', end it with 'npm run stack -- down'");
  const stack = await Stack.open({ name: NAME, background: true, log: say });
  // A first try should not fail on a missing topic.
  const kafka = await stack.start('kafka', { config: { 'auto.create.topics.enable': 'true' } });
  const postgres = await stack.start('postgres');
  const client = new pg.Client(postgres.address);
  await client.connect();
  await client.query(
    `CREATE TABLE items ${TABLE_DEFINITION}; ALTER TABLE items REPLICA IDENTITY FULL; INSERT INTO items VALUES (1, 1, 'first', now())`,
  );
  await client.end();
  const urls: string[] = [];
  for (let i = 1; i <= WORKERS; i += 1) urls.push((await stack.start('worker', { as: `worker-${i}` })).url);
  const { host, port, user, password, database } = postgres;
  say(`
Running:
  workers     ${urls.join('  ')}
  Kafka       ${kafka.bootstrap}
  PostgreSQL  postgres://${user}:${password}@${host}:${port}/${database}

Stream the table "items" into the topic inv.public.items:

  curl -s -X POST -H 'content-type: application/json' ${urls[0] ?? ''}/connectors -d '${JSON.stringify({ name: 'inventory', config: connectorConfig(postgres) })}'

  curl -s ${urls[1] ?? ''}/connectors/inventory/status

Everything ends with: npm run stack -- down`);
}

await withLock(stackLockFile(NAME), () => say('waiting for another command on the stack'), main);
