import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { z } from 'zod';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { FoldedVersions } from '../support/folded-versions.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';
import { VersionedLoad } from '../support/versioned-load.ts';

const ROWS = Number(process.env['MILLRACE_INCREMENTAL_ROWS'] ?? '60000');
const PATIENCE_MS = 60_000 + ROWS;
const END_ID = 2 * ROWS + 1;

const workerReport = z.object({ hosts: z.array(z.object({ pid: z.number(), tasks: z.array(z.string()) })) });

async function send(url: string, name: string, body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/connectors/${name}/signals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

describe('incremental snapshots on a cluster', function () {
  this.timeout(4 * PATIENCE_MS);

  it(`of ${ROWS.toLocaleString('en')} rows under 2,000 changes a second, task host and worker killed, show no version after a newer one and end with the table`, async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const name = uniqueName('incremental');
    const told = `${name}.told`;
    const signals = `${name}-signal`;
    const topic = `${name}.public.${name}`;
    const client = new pg.Client(postgres.address);
    await client.connect();
    await client.query(
      `CREATE TABLE ${name} AS SELECT i AS id, 1 AS version, repeat('y', 80) AS note FROM generate_series(1, ${ROWS}) i; ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
    );
    for (const each of [topic, told, signals]) await createTopic(kafka.bootstrap, each, 1);
    const folded = new FoldedVersions({ endId: END_ID, snapshotsRepeat: true });
    const reader = await RecordReader.open(kafka.bootstrap, topic, ({ key, value }) => {
      folded.take(key, value);
      return false;
    });
    const news = await RecordReader.open(kafka.bootstrap, told);
    const completed = (times: number): Promise<unknown> =>
      news.until(
        (records) => records.filter(({ value }) => /"type":"COMPLETED"/.test(value ?? '')).length >= times,
        PATIENCE_MS,
      );
    await cluster.client.create(
      name,
      tableConnector(postgres, name, name, {
        'key.converter.schemas.enable': 'false',
        'value.converter.schemas.enable': 'false',
        'notification.enabled.channels': 'sink',
        'notification.sink.topic.name': told,
        'signal.enabled.channels': 'kafka',
      }),
    );
    const owner = await cluster.owner(name);
    const other = cluster.workers.find((worker) => worker !== owner);
    assert.ok(other !== undefined);
    await news.until((records) => records.length > 0, PATIENCE_MS);
    const changes = new VersionedLoad(client, ROWS);
    changes.start(name);

    // Forwarded to the worker that runs the task.
    const data = { 'data-collections': [`public.${name}`] };
    const answer = await send(other.url, name, { id: 'first', type: 'execute-snapshot', data });
    assert.deepEqual(answer, { status: 202, text: '{"id":"first"}' });
    await reader.until(() => folded.snapshotRows > ROWS * 0.2, PATIENCE_MS);
    const report = workerReport.parse(await (await fetch(`${owner.url}/summary/worker`)).json());
    const host = report.hosts.find(({ tasks }) => tasks.includes(`${name}-0`));
    assert.ok(host !== undefined);
    process.kill(host.pid, 'SIGKILL');
    await reader.until(() => folded.snapshotRows > ROWS * 0.5, PATIENCE_MS);
    await owner.kill('SIGKILL');
    await completed(1);
    const rows = folded.snapshotRows;

    const producer = new Kafka({ brokers: kafka.bootstrap.split(','), logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const signal = JSON.stringify({ id: 'second', type: 'execute-snapshot', data });
    await producer.send({ topic: signals, messages: [{ key: name, value: signal }] });
    await producer.disconnect();
    await completed(2);

    await changes.stop();
    await client.end();
    await sql(postgres, `INSERT INTO ${name} VALUES (${END_ID}, 1, 'the end')`);
    await reader.until(() => folded.versions[END_ID] === 1, PATIENCE_MS);
    console.log(`      ${rows} rows of the first, ${folded.snapshotRows - rows} of the second snapshot`);
    assert.deepEqual(folded.wrong.slice(0, 5), []);
    assert.deepEqual(await folded.differences(postgres, name), []);

    assert.equal((await send(other.url, name, { type: 'unheard-of' })).status, 400);
    assert.equal((await send(other.url, name, { data: {} })).status, 400);
    assert.equal((await send(other.url, 'nobody', { type: 'log' })).status, 404);
    await cluster.client.put(name, 'stop');
    assert.equal((await send(other.url, name, { type: 'log', data: { message: 'x' } })).status, 409);
    await reader.close();
    await news.close();
    await cluster.client.delete(name);
    await cluster.close();
  });
});
