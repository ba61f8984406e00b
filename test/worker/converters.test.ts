import assert from 'node:assert/strict';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

describe('converters of a connector', () => {
  it('write keys as strings and decimals as numbers; what has no form is skipped, and the offsets move on', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start();
    const name = uniqueName('converted');
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY, amount numeric(10,2) NOT NULL)`);
    const topic = `${name}.public.${name}`;
    await createTopic(kafka.bootstrap, topic, 1);
    let reader: RecordReader | undefined;
    try {
      const config = tableConnector(postgres, name, name, {
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'JsonConverter',
        'value.converter.schemas.enable': 'false',
        'value.converter.decimal.format': 'NUMERIC',
        'errors.tolerance': 'all',
        'errors.log.enable': 'true',
      });
      await cluster.client.create(name, config);
      await cluster.client.untilRunning(name, 40_000);
      await sql(postgres, `INSERT INTO ${name} VALUES (1, 1.50), (2, 'NaN'), (3, 3)`);
      await sql(postgres, `UPDATE ${name} SET id = 4 WHERE id = 3`);
      await sql(postgres, `DELETE FROM ${name} WHERE id = 1`);
      reader = await RecordReader.open(kafka.bootstrap, topic);
      const records = await reader.until((found) => found.length >= 7);
      assert.deepEqual(
        records.map(({ key, value }) => [key, /"(after":\{[^}]*\}|op":"d")/.exec(value ?? 'null')?.[0] ?? null]),
        [
          ['Struct{id=1}', '"after":{"id":1,"amount":1.50}'],
          ['Struct{id=3}', '"after":{"id":3,"amount":3.00}'],
          ['Struct{id=3}', '"op":"d"'],
          ['Struct{id=3}', null],
          ['Struct{id=4}', '"after":{"id":4,"amount":3.00}'],
          ['Struct{id=1}', '"op":"d"'],
          ['Struct{id=1}', null],
        ],
      );
      await cluster.client.untilRunning(name, 10_000);
      assert.equal(records[2]?.headers['__debezium.newkey'], '{"id":4}');
      assert.equal(records[4]?.headers['__debezium.oldkey'], '{"id":3}');
    } finally {
      await reader?.close();
      await cluster.client.delete(name);
      await cluster.close();
    }
  });
});
