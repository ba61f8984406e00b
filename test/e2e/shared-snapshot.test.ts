import assert from 'node:assert/strict';
import pg from 'pg';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import type { WorkerServer } from '../../scripts/stack/worker-server.ts';
import { FoldedVersions } from '../support/folded-versions.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';
import { VersionedLoad } from '../support/versioned-load.ts';

/** 5,000,000 for the proof. */
const ROWS = Number(process.env['MILLRACE_SNAPSHOT_ROWS'] ?? '300000');
const PATIENCE_MS = 60_000 + ROWS / 5;
/** Ids beyond the rows, for keys that change and for the row that ends it all. */
const END_ID = 2 * ROWS + 1;

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
    const folded = new FoldedVersions({ endId: END_ID, snapshotsRepeat: false });
    const reader = await RecordReader.open(kafka.bootstrap, topic, ({ key, value }) => {
      folded.take(key, value);
      return false;
    });
    const changes = new VersionedLoad(client, ROWS);
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
    assert.deepEqual(await folded.differences(postgres, name), []);
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
