import assert from 'node:assert/strict';
import { z } from 'zod';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const keySchema = z.object({ id: z.number() });
const valueSchema = z.object({ op: z.string(), after: z.object({ id: z.number(), version: z.number() }).nullable() });
const PLAIN = { 'key.converter.schemas.enable': 'false', 'value.converter.schemas.enable': 'false' };
const ROWS = 200_000;

describe('initial snapshot', function () {
  this.timeout(180_000);

  it('killed in its middle while rows are deleted and changed, ends with the topic folded by key equal to the table', async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const name = uniqueName('snap');
    const topic = `${name}.public.${name}`;
    await sql(
      postgres,
      `CREATE TABLE ${name} AS SELECT i AS id, 1 AS version, repeat('y', 80) AS note FROM generate_series(1, ${ROWS}) i; ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
    );
    await createTopic(kafka.bootstrap, topic, 1);
    const folded = new Map<number, number>();
    let count = 0;
    let sentinel = false;
    const reader = await RecordReader.open(kafka.bootstrap, topic, ({ key, value }) => {
      count += 1;
      const { id } = keySchema.parse(JSON.parse(key ?? ''));
      const { op, after } = value === null ? { op: 'd', after: null } : valueSchema.parse(JSON.parse(value));
      // The second snapshot reads it too; only its insert in the stream comes behind everything else.
      if (id === -1 && op === 'c') sentinel = true;
      if (after === null) folded.delete(id);
      else folded.set(id, after.version);
      return false;
    });
    const config = tableConnector(postgres, name, name, { ...PLAIN, 'snapshot.mode': 'initial' });
    await cluster.client.create(name, config);
    await reader.until(() => count > ROWS / 10, 60_000);
    // Rows that were read already and rows that were not yet: a ghost of the first kind is what the slot's own start guards against.
    await sql(postgres, `DELETE FROM ${name} WHERE id % 10 = 0`);
    await sql(postgres, `UPDATE ${name} SET version = 2 WHERE id % 10 = 1`);
    await (await cluster.owner(name)).kill('SIGKILL');
    await reader.until(() => count > ROWS / 5, 60_000);
    await sql(postgres, `DELETE FROM ${name} WHERE id % 10 = 2`);
    await sql(postgres, `INSERT INTO ${name} VALUES (-1, 1, 'the end')`);
    await reader.until(() => sentinel, 120_000);
    await reader.close();
    const rows = z
      .array(z.object({ id: z.number(), version: z.number() }))
      .parse(await sql(postgres, `SELECT id, version FROM ${name}`));
    assert.equal(folded.size, rows.length);
    assert.deepEqual(rows.filter(({ id, version }) => folded.get(id) !== version).slice(0, 5), []);
    await cluster.client.delete(name);
    await cluster.close();
  });
});
