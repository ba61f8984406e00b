import assert from 'node:assert/strict';
import type { ColumnType } from '../../../connectors/column-type.ts';
import { imageOf } from '../../../connectors/row-image.ts';
import type { ColumnSchema } from '../../../connectors/table-schema.ts';
import { change, column, table, TextSink } from '../../../test/support/encoded.ts';
import { debeziumFormat } from '../debezium-format.ts';
import { columnRules } from './column-rules.ts';

const bare = {
  'key.converter': 'JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'JsonConverter',
  'value.converter.schemas.enable': 'false',
};

function col(name: string, type: ColumnType, source: string, length: number | null = null): ColumnSchema {
  return column(name, type, { sourceType: { name: source, length, scale: null } });
}

const zoo = table('zoo', [
  column('id', { kind: 'int32' }, { optional: false }),
  col('t', { kind: 'text' }, 'text'),
  col('v', { kind: 'text' }, 'varchar', 8),
  col('e', { kind: 'enum', labels: ['a', 'b'] }, 'mood'),
  col('n', { kind: 'int32' }, 'int4'),
  col('j', { kind: 'json' }, 'json'),
  col('b', { kind: 'bytes' }, 'bytea'),
]);

const ROW = ['1', 'höß😀x', 'abc', 'a', '7', '{"a": 1}', '\\x0102030405'];

/** The row after an insert, as an object. */
function row(config: Readonly<Record<string, string>>, values: readonly (string | null | undefined)[] = ROW): unknown {
  const sink = new TextSink();
  const format = debeziumFormat({ 'topic.prefix': 'PFX', ...bare, ...config }, {});
  format.compile(zoo).encode({ ...change('c', zoo, {}), after: imageOf(values) }, sink);
  const { after } = JSON.parse(sink.records[0]?.value ?? '{}') as { after: Record<string, unknown> };
  return after;
}

function parameters(config: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const sink = new TextSink();
  const format = debeziumFormat({ 'topic.prefix': 'PFX', ...config }, {});
  format.compile(zoo).encode({ ...change('c', zoo, {}), after: imageOf(ROW) }, sink);
  const { schema } = JSON.parse(sink.records[0]?.value ?? '{}') as {
    schema: { fields: { field: string; fields: { field: string; parameters?: unknown }[] }[] };
  };
  const fields = schema.fields.find(({ field }) => field === 'after')?.fields ?? [];
  return Object.fromEntries(
    fields.flatMap((field) => (field.parameters === undefined ? [] : [[field.field, field.parameters]])),
  );
}

const all = 'public\\.zoo\\..*';
const plain = JSON.parse('{"id":1,"t":"höß😀x","v":"abc","e":"a","n":7,"j":"{\\"a\\": 1}","b":"AQIDBAU="}') as Record<
  string,
  unknown
>;

describe('Masks of columns', () => {
  it('put asterisks in the place of every value of characters, of NULL and of what was not sent too', () => {
    const expected = { ...plain, t: '***', v: '***', e: '***' };
    assert.deepEqual(row({ 'column.mask.with.3.chars': all }), expected);
    const hidden = ['1', null, undefined, null, null, null, null];
    const nulls = { id: 1, t: '***', v: '***', e: '***', n: null, j: null, b: null };
    assert.deepEqual(row({ 'column.mask.with.3.chars': all }, hidden), nulls);
  });

  it('hash as Java does: of the serialized text, and in version 2 of its bytes; not longer than the column', () => {
    const v2 = row({ 'column.mask.hash.v2.SHA-256.with.salt.CzQMA0cB5K': all }, ['1', 'b', 'b', null, '7', null, null]);
    // sha256 of 'CzQMA0cB5K' and 'b', by coreutils.
    const hash = '8ab463a5b5c03a62aabffc930b2568cdea87fe932981241bffdd612702487939';
    assert.deepEqual(v2, { id: 1, t: hash, v: hash.slice(0, 8), e: null, n: 7, j: null, b: null });
    const v1 = row({ 'column.mask.hash.SHA-256.with.salt.CzQMA0cB5K': all }, ['1', 'b', 'b', null, '7', null, null]);
    // The same of 'CzQMA0cB5K' and AC ED 00 05 74 00 01 62.
    const serialized = 'a0c70de1701ed172b2c7da627a6dda14128a4461e87afd979ae2fc83ef1906ff';
    assert.deepEqual(v1, { id: 1, t: serialized, v: serialized.slice(0, 8), e: null, n: 7, j: null, b: null });
  });

  it('cut text at UTF-16 units and bytes at bytes, where the column may be longer than that', () => {
    assert.deepEqual(row({ 'column.truncate.to.4.chars': all }), {
      ...plain,
      t: 'höß\ud83d',
      j: '{"a"',
      b: 'AQIDBA==',
    });
    assert.deepEqual(row({ 'column.truncate.to.8.chars': all }), { ...plain, j: '{"a": 1}' });
  });

  it('take the first rule that names the column, cuts before asterisks before hashes', () => {
    const config = {
      'column.mask.hash.MD5.with.salt.x': all,
      'column.mask.with.2.chars': 'PUBLIC.zoo.t,public.zoo.e',
      'column.truncate.to.1.chars': 'public.zoo.t',
    };
    assert.deepEqual(row(config), { ...plain, t: 'h', e: '**', v: '168da8a3' });
  });

  it('leave keys alone', () => {
    const keyed = table('keyed', [col('t', { kind: 'text' }, 'text')]);
    const sink = new TextSink();
    const format = debeziumFormat({ 'topic.prefix': 'PFX', ...bare, 'column.mask.with.2.chars': '.*' }, {});
    format.compile(keyed).encode({ ...change('c', keyed, {}), after: imageOf(['secret']) }, sink);
    assert.equal(sink.records[0]?.key, '{"t":"secret"}');
    assert.match(sink.records[0].value ?? '', /"after":\{"t":"\*\*"\}/);
  });

  it('show in the schemas', () => {
    assert.deepEqual(parameters({ 'column.mask.with.3.chars': 'public.zoo.[tn]' }), {
      t: { masked: 'true' },
      n: { masked: 'true' },
      e: { allowed: 'a,b' },
    });
    assert.deepEqual(parameters({ 'column.truncate.to.8.chars': all }), {
      t: { truncateLength: '8' },
      e: { allowed: 'a,b', truncateLength: '8' },
      n: { truncateLength: '8' },
      j: { truncateLength: '8' },
      b: { truncateLength: '8' },
      id: { truncateLength: '8' },
    });
  });

  it('are refused where they are malformed, without a word of the salt', () => {
    const wrong = {
      'column.mask.hash.SHA-257.with.salt.s3cret': 'a',
      'column.mask.hash.MD5': 'a',
      'column.truncate.to.x.chars': 'a',
      'column.mask.with.3.chars': '(',
    };
    const { problems } = columnRules(wrong);
    assert.deepEqual(
      problems.map(({ setting }) => setting),
      Object.keys(wrong),
    );
    assert.match(problems[0]?.message ?? '', /^column\.mask\.hash\.SHA-257\.with\.salt\.…: .*SHA-257 is not known/);
    assert.ok(problems.every(({ message }) => !message.includes('s3cret')));
  });
});

describe('Source types in schemas', () => {
  it('come with type, length, scale and name, for columns named one by one or by type', () => {
    const source = (type: string, length: string, name: string): Record<string, string> => ({
      '__debezium.source.column.type': type,
      '__debezium.source.column.length': length,
      '__debezium.source.column.scale': '0',
      '__debezium.source.column.name': name,
    });
    assert.deepEqual(
      parameters({
        'column.propagate.source.type': 'public.zoo.v',
        'datatype.propagate.source.type': 'public.zoo.(int4|mood)',
      }),
      {
        v: source('VARCHAR', '8', 'v'),
        e: { allowed: 'a,b', ...source('MOOD', '2147483647', 'e') },
        n: source('INT4', '10', 'n'),
      },
    );
  });
});

describe('Masks that hide nothing', () => {
  function warnings(config: Readonly<Record<string, string>>): string[] {
    const told: string[] = [];
    const format = debeziumFormat(
      { 'topic.prefix': 'PFX', ...bare, ...config },
      {},
      { warn: (line) => told.push(line) },
    );
    for (const version of [zoo, { ...zoo }]) format.compile(version);
    return told;
  }

  it('are told once for a column: of types that they are not for, and of keys', () => {
    assert.deepEqual(warnings({ 'column.mask.with.5.chars': 'public.zoo.(t|v|e|n)' }), [
      'column public.zoo.n is written in clear: a mask is not for its type int4',
    ]);
    assert.deepEqual(warnings({ 'column.mask.hash.MD5.with.salt.x': 'public.zoo.id' }), [
      'column public.zoo.id is written in clear: a mask is not for its type int32',
      'column public.zoo.id is written in clear in keys: masks are for values',
    ]);
    assert.deepEqual(warnings({ 'column.truncate.to.4.chars': '.*' }), []);
  });
});

describe('Updates without change', () => {
  it('are left out when asked, where the row before is known', () => {
    const write = (before: readonly string[] | undefined, after: readonly string[]): number => {
      const sink = new TextSink();
      const format = debeziumFormat({ 'topic.prefix': 'PFX', ...bare, 'skip.messages.without.change': 'true' }, {});
      format.compile(zoo).encode(change('u', zoo, before === undefined ? { after } : { before, after }), sink);
      return sink.records.length;
    };
    assert.equal(write(ROW, ROW), 0);
    assert.equal(write(ROW, [...ROW.slice(0, 6), '\\x01']), 1);
    assert.equal(write(undefined, ROW), 1);
  });
});
