import assert from 'node:assert/strict';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

describe('transforms of a connector', () => {
  it('unwrap, name, filter and route its changes in the order in which they are listed', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start();
    const name = uniqueName('transformed');
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY, kind text NOT NULL)`);
    const topic = `rows-${name}`;
    await createTopic(kafka.bootstrap, topic, 1);
    let reader: RecordReader | undefined;
    try {
      const config = tableConnector(postgres, name, name, {
        'key.converter': 'JsonConverter',
        'key.converter.schemas.enable': 'false',
        'value.converter': 'JsonConverter',
        'value.converter.schemas.enable': 'false',
        transforms: 'unwrap,origin,tombstones,route',
        'transforms.unwrap.type': 'io.debezium.transforms.ExtractNewRecordState',
        'transforms.unwrap.delete.tombstone.handling.mode': 'rewrite',
        'transforms.unwrap.add.fields': 'op',
        'transforms.origin.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
        'transforms.origin.static.field': 'origin',
        'transforms.origin.static.value': 'here',
        'transforms.tombstones.type': 'Filter',
        'transforms.tombstones.predicate': 'isTombstone',
        'transforms.route.type': 'RegexRouter',
        'transforms.route.regex': '.*\\.public\\.(.*)',
        'transforms.route.replacement': 'rows-$1',
        predicates: 'isTombstone',
        'predicates.isTombstone.type': 'RecordIsTombstone',
      });
      await cluster.client.create(name, config);
      await cluster.client.untilRunning(name, 40_000);
      await sql(postgres, `INSERT INTO ${name} VALUES (1, 'a'), (2, 'b')`);
      await sql(postgres, `UPDATE ${name} SET kind = 'c' WHERE id = 2`);
      await sql(postgres, `DELETE FROM ${name} WHERE id = 1`);
      await sql(postgres, `INSERT INTO ${name} VALUES (3, 'end')`);
      reader = await RecordReader.open(kafka.bootstrap, topic);
      const records = await reader.until((found) => found.some(({ key }) => key === '{"id":3}'));
      assert.deepEqual(
        records.map(({ key, value }) => [key, value]),
        [
          ['{"id":1}', '{"id":1,"kind":"a","__deleted":"false","__op":"c","origin":"here"}'],
          ['{"id":2}', '{"id":2,"kind":"b","__deleted":"false","__op":"c","origin":"here"}'],
          ['{"id":2}', '{"id":2,"kind":"c","__deleted":"false","__op":"u","origin":"here"}'],
          ['{"id":1}', '{"id":1,"kind":"","__deleted":"true","__op":"d","origin":"here"}'],
          ['{"id":3}', '{"id":3,"kind":"end","__deleted":"false","__op":"c","origin":"here"}'],
        ],
      );
    } finally {
      await reader?.close();
      await cluster.client.delete(name);
      await cluster.close();
    }
  });
});
