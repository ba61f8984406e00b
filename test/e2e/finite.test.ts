import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { until } from '../postgres/support/test-database.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const PATIENCE_MS = 60_000;
const statusSchema = z.object({
  connector: z.object({ state: z.string(), detail: z.string().optional() }),
  tasks: z.array(z.unknown()),
});

/** How the connector is called over REST, and what it says once it has stopped by itself. */
function over(
  { url }: TestCluster,
  name: string,
): {
  call: (method: string, path: string) => Promise<Response>;
  untilStopped: () => Promise<z.infer<typeof statusSchema>>;
} {
  const call = (method: string, path: string): Promise<Response> =>
    fetch(`${url}/connectors/${name}${path}`, { method, signal: AbortSignal.timeout(PATIENCE_MS) });
  const untilStopped = async (): Promise<z.infer<typeof statusSchema>> => {
    let found: z.infer<typeof statusSchema> | undefined;
    await until(async () => {
      const answer = await call('GET', '/status');
      if (answer.ok) found = statusSchema.parse(await answer.json());
      return found?.connector.state === 'STOPPED' && found.connector.detail !== undefined;
    }, 'the connector is STOPPED');
    assert.ok(found !== undefined);
    return found;
  };
  return { call, untilStopped };
}

describe('a connector that ends by itself', function () {
  this.timeout(180_000);

  it('stops by itself and says why, on whatever worker it runs; resumed it does nothing until its offsets are deleted', async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const name = uniqueName('full');
    const topic = `${name}.public.${name}`;
    await sql(
      postgres,
      `CREATE TABLE ${name} (id int PRIMARY KEY); INSERT INTO ${name} SELECT generate_series(1, 1000)`,
    );
    await createTopic(kafka.bootstrap, topic, 1);
    let count = 0;
    const reader = await RecordReader.open(kafka.bootstrap, topic, () => {
      count += 1;
      return false;
    });
    const { call, untilStopped } = over(cluster, name);
    await cluster.client.create(
      name,
      tableConnector(postgres, name, name, { 'snapshot.mode': 'initial_only', 'tasks.max': '2' }),
    );
    const stopped = await untilStopped();
    assert.match(stopped.connector.detail ?? '', /^the snapshot is complete/);
    assert.deepEqual(stopped.tasks, []);
    await reader.until(() => count === 1000, PATIENCE_MS);

    assert.equal((await call('PUT', '/resume')).status, 202);
    // Over once it has run: the reason is another one then.
    const isOver = async (): Promise<boolean> =>
      /nothing is to be read/.test((await untilStopped()).connector.detail ?? '');
    await until(isOver, 'it has looked and found nothing to do');
    assert.equal(count, 1000);

    assert.equal((await call('DELETE', '/offsets')).status, 200);
    assert.equal((await call('PUT', '/resume')).status, 202);
    await reader.until(() => count === 2000, PATIENCE_MS);
    await untilStopped();
    assert.deepEqual(await sql(postgres, `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${name}'`), []);
    await reader.close();
    await cluster.client.delete(name);
    await cluster.close();
  });

  it('tells of the tables alone: their topics are there without a row, and each has its record', async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start({ workers: 1 });
    const name = uniqueName('told');
    const tables = Array.from({ length: 120 }, (_, number) => `${name}_${number}`);
    await sql(postgres, tables.map((table) => `CREATE TABLE ${table} (id int PRIMARY KEY, name text)`).join(';'));
    const only = { 'millrace.schema.phase': 'only', 'table.include.list': `public\\.${name}_.*` };
    await cluster.client.create(name, tableConnector(postgres, name, name, only));
    const stopped = await over(cluster, name).untilStopped();
    assert.match(stopped.connector.detail ?? '', /^the definitions of 120 tables were written/);
    const reader = await RecordReader.open(kafka.bootstrap, `${name}.schema-changes`);
    await reader.until(() => reader.records.length === tables.length, PATIENCE_MS);
    const told = reader.records.map(({ value }) => definition.parse(JSON.parse(value ?? '')).tableChanges[0].id);
    assert.deepEqual(told.toSorted(), tables.map((table) => `"public"."${table}"`).toSorted());
    const topics = await namesOfTopics(kafka.bootstrap);
    assert.deepEqual(
      tables.filter((table) => !topics.has(`${name}.public.${table}`)),
      [],
    );
    await reader.close();
    await cluster.client.delete(name);
    await cluster.close();
    await sql(postgres, tables.map((table) => `DROP TABLE ${table}`).join(';'));
  });
});

const definition = z.object({
  tableChanges: z.tuple([z.object({ type: z.literal('CREATE'), id: z.string() })]),
});

async function namesOfTopics(bootstrap: string): Promise<Set<string>> {
  const admin = new Kafka({ clientId: 'topics', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return new Set(await admin.listTopics());
  } finally {
    await admin.disconnect();
  }
}
