import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RowChange } from '../../connectors/change-event.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { change, column, table, TextSink, transaction, type TextRecord } from '../../test/support/encoded.ts';
import { debeziumFormat, debeziumRecords } from './debezium-format.ts';

const bare = {
  'topic.prefix': 'PFX',
  'key.converter': 'JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'JsonConverter',
  'value.converter.schemas.enable': 'false',
  'extended.headers.enabled': 'false',
};
const document = table('doc', [
  column('id', { kind: 'int32' }, { optional: false }),
  column('big one', { kind: 'text' }),
  column('other', { kind: 'text' }),
]);
const regex = {
  'topic.naming.strategy': 'io.debezium.schema.SchemaRegexTopicNamingStrategy',
  'topic.regex': '(.*)[.]doc.*',
  'topic.replacement': '$1.docs',
};

function records(one: RowChange, config: Readonly<Record<string, string>> = {}): TextRecord[] {
  const sink = new TextSink();
  debeziumFormat({ ...bare, ...config }, {})
    .compile(one.table)
    .encode(one, sink);
  return sink.records;
}

describe('Records of rows that were completed later', () => {
  const completed = { reread: [1], missing: [2] };
  const headers = { 'millrace.reread': '["big_one"]', 'millrace.unavailable': '["other"]' };

  it('name the fields that were read and those that stayed away, as the fields are named', () => {
    const update = change('u', document, { after: ['1', 'read', undefined] }, { completed });
    const [record] = records(update, { 'field.name.adjustment.mode': 'avro' });
    assert.deepEqual(record?.headers, headers);
    assert.match(record.value ?? '', /"big_one":"read","other":"__debezium_unavailable_value"/);
  });

  it('do so in the create of a changed key alone', () => {
    const rows = { before: ['1', null, null], after: ['2', 'read', undefined] };
    const written = records(change('u', document, rows, { completed, partialBefore: true }), {
      'field.name.adjustment.mode': 'avro',
    });
    assert.deepEqual(
      written.map((record) => Object.keys(record.headers)),
      [['__debezium.newkey'], ['__debezium.newkey'], ['__debezium.oldkey', 'millrace.reread', 'millrace.unavailable']],
    );
  });
});

describe('Records of changes that a snapshot may have shown', () => {
  it('say so in a header, whatever the change: also both of a changed key', () => {
    const moved = { before: ['1', null, null], after: ['2', 'a', 'b'] };
    const mayRepeat = { mayRepeat: true } as const;
    const written = [
      ...records(change('c', document, { after: ['1', 'a', 'b'] }, mayRepeat)),
      ...records(change('d', document, { before: ['1', null, null] }, { ...mayRepeat, partialBefore: true })),
      ...records(change('u', document, moved, { ...mayRepeat, partialBefore: true })),
      ...records(change('t', document, {}, mayRepeat)),
    ];
    const headers = written
      .filter(({ value }) => value !== null)
      .map((record) => record.headers['millrace.may.repeat']);
    assert.deepEqual(headers, ['true', 'true', 'true', 'true', 'true']);
  });
});

describe('Source blocks', () => {
  it('have xmin where the slot is looked at, with and without an origin', () => {
    const source = (more: Partial<typeof transaction>): string => {
      const one = change('c', document, { after: ['1', 'a', 'b'] }, { transaction: { ...transaction, ...more } });
      return /"xmin".*\},"transaction"/.exec(records(one)[0]?.value ?? '')?.[0] ?? '';
    };
    assert.equal(source({}), '"xmin":null,"origin":null,"origin_lsn":null},"transaction"');
    assert.equal(source({ xmin: 771 }), '"xmin":771,"origin":null,"origin_lsn":null},"transaction"');
    const origin = { name: 'n', lsn: 5n };
    assert.equal(source({ xmin: 771, origin }), '"xmin":771,"origin":"n","origin_lsn":5},"transaction"');
  });
});

describe('Keys of tables that share a topic', () => {
  const keyOf = (of: TableSchema, config: Readonly<Record<string, string>>): string | null | undefined =>
    records(change('c', of, { after: ['1', 'a', 'b'] }), { ...regex, ...config })[0]?.key;

  it('have a field that says which table it is, also where the table has no key', () => {
    assert.equal(keyOf(document, {}), '{"id":1,"__dbz__physicalTableIdentifier":"PFX.public.doc"}');
    const keyless = table('doc', document.columns, null);
    assert.equal(keyOf(keyless, {}), '{"__dbz__physicalTableIdentifier":"PFX.public.doc"}');
    const named = {
      'topic.key.field.regex': '.*[.](.*)',
      'topic.key.field.replacement': '$1',
      'topic.key.field.name': 't',
    };
    assert.equal(keyOf(document, named), '{"id":1,"t":"doc"}');
  });

  it('stay as they are with topic.key.enforce.uniqueness=false', () => {
    assert.equal(keyOf(document, { 'topic.key.enforce.uniqueness': 'false' }), '{"id":1}');
    assert.equal(keyOf(table('doc', document.columns, null), { 'topic.key.enforce.uniqueness': 'false' }), null);
  });

  it('keep the field in records for other converters and in headers', () => {
    const rekeyed = change('u', document, { before: ['1', 'a', 'b'], after: ['2', 'a', 'b'] });
    const [deleted] = debeziumRecords({ ...bare, ...regex }).records(rekeyed);
    assert.deepEqual(
      [deleted?.keySchema, deleted?.headers[0]?.schema].map((schema) => schema?.fields?.map(({ name }) => name)),
      [
        ['id', '__dbz__physicalTableIdentifier'],
        ['id', '__dbz__physicalTableIdentifier'],
      ],
    );
    assert.equal(
      records(rekeyed, regex)[0]?.headers['__debezium.newkey'],
      '{"id":2,"__dbz__physicalTableIdentifier":"PFX.public.doc"}',
    );
  });
});
