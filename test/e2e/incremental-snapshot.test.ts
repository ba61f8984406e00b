import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { z } from 'zod';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const ROWS = Number(process.env['MILLRACE_INCREMENTAL_ROWS'] ?? '60000');
const PATIENCE_MS = 60_000 + ROWS;
const END_ID = 2 * ROWS + 1;
const UPDATES_PER_STATEMENT = 20;
const STATEMENT_EVERY_MS = 10;

const workerReport = z.object({ hosts: z.array(z.object({ pid: z.number(), tasks: z.array(z.string()) })) });

/** 2,000 changes a second, spread over the table: updates, some of them of keys, and deletions. */
async function change(client: pg.Client, table: string, signal: AbortSignal): Promise<void> {
  let next = performance.now();
  for (let round = 1; !signal.aborted; round += 1) {
    const ids = Array.from({ length: UPDATES_PER_STATEMENT }, () => 1 + Math.floor(Math.random() * ROWS));
    const some = ids.slice(0, 3);
    if (round % 50 === 0)
      await client.query(
        `UPDATE ${table} SET id = id + ${ROWS}, version = version + 1 WHERE id = ANY ($1) AND id <= ${ROWS}`,
        [some],
      );
    else if (round % 50 === 25) await client.query(`DELETE FROM ${table} WHERE id = ANY ($1)`, [some]);
    else await client.query(`UPDATE ${table} SET version = version + 1 WHERE id = ANY ($1)`, [ids]);
    next = Math.max(next + STATEMENT_EVERY_MS, performance.now() - 500);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
}

/** What consumers know of the table: the newest version by id, 0: gone. */
class Folded {
  readonly versions = new Int32Array(END_ID + 1);
  readonly wrong: string[] = [];
  snapshotRows = 0;

  take(key: string | null, value: string | null): void {
    const id = Number(/"id":(\d+)/.exec(key ?? '')?.[1]);
    if (value === null) return;
    const op = /"op":"(\w)"/.exec(value)?.[1] ?? '';
    if (op === 'r') this.snapshotRows += 1;
    const after = value.indexOf('"after":{');
    const version = after < 0 ? 0 : Number(/"version":(\d+)/.exec(value.slice(after))?.[1]);
    const known = this.versions[id] ?? 0;
    // A second snapshot shows again what the topic has; a change never does.
    if (version !== 0 && (version < known || (op !== 'r' && version === known)))
      this.wrong.push(`${op} of ${id}: ${version} after ${known}`);
    this.versions[id] = version;
  }
}

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
    const folded = new Folded();
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
    const stop = new AbortController();
    const changing = change(client, name, stop.signal);

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

    stop.abort();
    await changing;
    await client.end();
    await sql(postgres, `INSERT INTO ${name} VALUES (${END_ID}, 1, 'the end')`);
    await reader.until(() => folded.versions[END_ID] === 1, PATIENCE_MS);
    console.log(`      ${rows} rows of the first, ${folded.snapshotRows - rows} of the second snapshot`);
    assert.deepEqual(folded.wrong.slice(0, 5), []);
    const table = await sql(postgres, `SELECT id, version FROM ${name}`);
    const different = table.filter(({ id, version }) => folded.versions[Number(id)] !== version);
    assert.deepEqual(different.slice(0, 5), []);
    assert.equal(folded.versions.filter((version) => version !== 0).length, table.length);

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
