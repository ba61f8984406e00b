import assert from 'node:assert/strict';
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

describe('a connector that reads what there is and no changes', function () {
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
    const call = (method: string, path: string): Promise<Response> =>
      fetch(`${cluster.url}/connectors/${name}${path}`, { method, signal: AbortSignal.timeout(PATIENCE_MS) });
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
});
