import assert from 'node:assert/strict';
import pg from 'pg';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import type { WorkerServer } from '../../scripts/stack/worker-server.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

/** 5,000,000 for the proof. */
const ROWS = Number(process.env['MILLRACE_SNAPSHOT_ROWS'] ?? '300000');
const PATIENCE_MS = 60_000 + ROWS / 5;
const UPDATES_PER_STATEMENT = 20;
const STATEMENT_EVERY_MS = 10;
/** Ids beyond the rows, for keys that change and for the row that ends it all. */
const END_ID = 2 * ROWS + 1;

/** 2,000 changes a second, spread over the table: updates, some of them of keys, and deletions. */
class Changes {
  readonly #client: pg.Client;
  #stopping = false;
  #running: Promise<void> | undefined;
  statements = 0;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  start(table: string): void {
    this.#running = this.#run(table);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #run(table: string): Promise<void> {
    let next = performance.now();
    while (!this.#stopping) {
      this.statements += 1;
      const ids = Array.from({ length: UPDATES_PER_STATEMENT }, () => 1 + Math.floor(Math.random() * ROWS));
      if (this.statements % 50 === 0)
        await this.#client.query(
          `UPDATE ${table} SET id = id + ${ROWS}, version = version + 1 WHERE id = ANY ($1) AND id <= ${ROWS}`,
          [ids.slice(0, 3)],
        );
      else if (this.statements % 50 === 25)
        await this.#client.query(`DELETE FROM ${table} WHERE id = ANY ($1)`, [ids.slice(0, 3)]);
      else await this.#client.query(`UPDATE ${table} SET version = version + 1 WHERE id = ANY ($1)`, [ids]);
      next = Math.max(next + STATEMENT_EVERY_MS, performance.now() - 500);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    }
  }
}

/** What consumers know of the table: the newest version by id, 0: gone. Each version may come once, and none after a newer one. */
class Folded {
  readonly versions = new Int32Array(END_ID + 1);
  readonly wrong: string[] = [];
  snapshotRows = 0;
  count = 0;

  take(key: string | null, value: string | null): void {
    this.count += 1;
    const id = Number(/"id":(\d+)/.exec(key ?? '')?.[1]);
    if (value === null) return;
    const op = /"op":"(\w)"/.exec(value)?.[1];
    if (op === 'r') this.snapshotRows += 1;
    const after = value.indexOf('"after":{');
    const version = after < 0 ? 0 : Number(/"version":(\d+)/.exec(value.slice(after))?.[1]);
    if (version !== 0 && version <= (this.versions[id] ?? 0))
      this.wrong.push(`${op ?? ''} of ${id}: ${version} after ${this.versions[id] ?? 0}`);
    this.versions[id] = version;
  }
}

describe('a snapshot that tasks on several workers share', function () {
  this.timeout(10 * PATIENCE_MS);

  it(`of ${ROWS.toLocaleString('en')} rows under 2,000 changes a second, its workers killed twice, shows every version at most once, none after a newer one, and ends with the table`, async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start({ workers: 3 });
    const name = uniqueName('shared');
    const topic = `${name}.public.${name}`;
    const client = new pg.Client(postgres.address);
    await client.connect();
    await client.query(
      `CREATE TABLE ${name} AS SELECT i AS id, 1 AS version, repeat('y', 80) AS note FROM generate_series(1, ${ROWS}) i; ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
    );
    await createTopic(kafka.bootstrap, topic, 1);
    const folded = new Folded();
    const reader = await RecordReader.open(kafka.bootstrap, topic, ({ key, value }) => {
      folded.take(key, value);
      return false;
    });
    const changes = new Changes(client);
    const begin = performance.now();
    const config = tableConnector(postgres, name, name, {
      'tasks.max': '2',
      'snapshot.mode': 'initial',
      'millrace.snapshot.chunk.bytes': String(Math.max(1_000_000, ROWS * 4)),
      'key.converter.schemas.enable': 'false',
      'value.converter.schemas.enable': 'false',
    });
    await cluster.client.create(name, config);
    changes.start(name);
    const killed: string[] = [];
    for (const [task, part] of [
      [0, 0.2],
      [1, 0.5],
    ] as const) {
      await reader.until(() => folded.count > ROWS * part, PATIENCE_MS);
      const worker = await ownerOf(cluster, name, task);
      await worker.kill('SIGKILL');
      killed.push(`task ${task} after ${folded.count} records`);
    }
    await reader.until(() => folded.snapshotRows > ROWS * 0.97, PATIENCE_MS);
    await changes.stop();
    await sql(postgres, `INSERT INTO ${name} VALUES (${END_ID}, 1, 'the end')`);
    await reader.until(() => folded.versions[END_ID] === 1, PATIENCE_MS);
    await reader.close();
    await client.end();
    const seconds = (performance.now() - begin) / 1000;
    console.log(
      `      killed: ${killed.join(', ')}; ${folded.count} records, ${folded.snapshotRows} of the snapshot, ${changes.statements} statements beside it, ${seconds.toFixed(0)} s`,
    );
    assert.deepEqual(folded.wrong.slice(0, 5), []);
    assert.deepEqual(await differences(postgres, name, folded), []);
    await cluster.client.delete(name);
    await cluster.close();
  });
});

/** The worker that runs a task, once both tasks run. */
async function ownerOf(cluster: TestCluster, name: string, task: number): Promise<WorkerServer> {
  const status = await cluster.client.until(
    name,
    ({ tasks }) => tasks.length === 2 && tasks.every(({ state }) => state === 'RUNNING'),
    PATIENCE_MS,
  );
  const id = status.tasks.find((each) => each.id === task)?.worker_id;
  const worker = cluster.workers.find(({ workerId }) => workerId === id);
  if (worker === undefined) throw new Error(`task ${task} is on ${String(id)}, which is no worker of this cluster`);
  return worker;
}

async function differences(postgres: PostgresServer, table: string, folded: Folded): Promise<string[]> {
  const rows = await sql(postgres, `SELECT id, version FROM ${table}`);
  const found: string[] = [];
  let present = 0;
  for (const { id, version } of rows) {
    present += 1;
    const known = folded.versions[Number(id)];
    if (known !== version) found.push(`${String(id)}: ${String(version)} in the table, ${String(known)} in the topic`);
  }
  const kept = folded.versions.filter((version) => version !== 0).length;
  if (kept !== present) found.push(`${kept} rows in the topic, ${present} in the table`);
  return found.slice(0, 5);
}
