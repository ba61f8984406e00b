import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RowChange } from '../../connectors/change-event.ts';
import type { ColumnType } from '../../connectors/column-type.ts';
import { Struct } from '../../connectors/connect-data.ts';
import { change, column, table, TextSink, transaction, type TextRecord } from '../../test/support/encoded.ts';
import { chooseConverters, createConverters } from '../converters/converter-choice.ts';
import { ConverterRegistry } from '../converters/converter-registry.ts';
import { debeziumFormat, debeziumRecords } from './debezium-format.ts';

type Config = Readonly<Record<string, string>>;

const surroundings = { task: 0, runId: 'a-run', now: () => 1_795_242_443_575 };

/** Each type with texts as PostgreSQL prints them. */
const kinds: readonly (readonly [ColumnType, ...string[]])[] = [
  [{ kind: 'boolean' }, 't', 'f'],
  [{ kind: 'int16' }, '-32768', '7'],
  [{ kind: 'int32' }, '2147483647', '-1'],
  [{ kind: 'int64' }, '9223372036854775807', '-9223372036854775808'],
  [{ kind: 'float32' }, '0.1', '1e-45', 'NaN', '3.4028235e+38', '-0', '16777216', '1.1754944e-38'],
  [{ kind: 'float64' }, '0.1', '1e+22', 'Infinity', '-Infinity', '5e-324', '-0', '100'],
  [{ kind: 'decimal', precision: 20, scale: 10 }, '1234567890.0123456789', '0.0000000001', '0.0000000000'],
  [{ kind: 'decimal', precision: 5, scale: -2 }, '1200', '-100'],
  [{ kind: 'decimal', precision: null, scale: null }, '-12345678901234567890.5', '1.0'],
  [{ kind: 'money' }, '$12.34', '-$5.00'],
  [{ kind: 'text' }, 'plain', '', 'q"\\/\n\u0001é€😀'],
  [{ kind: 'json' }, '{"a": [1, "x"]}'],
  [{ kind: 'xml' }, '<a/>'],
  [{ kind: 'uuid' }, '0b0e7c3a-5f0e-4a2b-9c51-1f6cbe8f1a2d'],
  [{ kind: 'enum', labels: ['a', 'b,c'] }, 'a', 'b,c'],
  [{ kind: 'bytes' }, '\\x', '\\x00ff10'],
  [{ kind: 'bits', length: 1 }, '1', '0'],
  [{ kind: 'bits', length: 12 }, '101010101010'],
  [{ kind: 'date' }, '2024-02-29', '0044-03-15 BC', '12024-01-01'],
  [{ kind: 'date' }, 'infinity', '-infinity'],
  [{ kind: 'time', precision: 3 }, '12:34:56.789', '24:00:00'],
  [{ kind: 'time', precision: 6 }, '12:34:56.789012'],
  [{ kind: 'timetz', precision: 6 }, '12:34:56.789012+02'],
  [{ kind: 'timestamp', precision: 3 }, '2024-02-29 12:34:56.789', '1969-12-31 23:59:59.999', 'infinity'],
  [{ kind: 'timestamp', precision: 6 }, '2024-02-29 00:00:00', '-infinity'],
  [{ kind: 'timestamp', precision: 2 }, '287396-10-12 08:59:00.992'],
  [{ kind: 'timestamptz', precision: 6 }, '2024-02-29 12:34:56.789012+00', 'infinity'],
  [{ kind: 'interval' }, '1 year 2 mons -3 days +04:05:06.78'],
  [{ kind: 'hstore' }, '"k"=>"v", "n"=>NULL, "q\\"x"=>"a\\\\b"', ''],
  [{ kind: 'point' }, '(1.5,-2)'],
  [{ kind: 'geometry' }, '0101000020E6100000000000000000F03F0000000000000040'],
  [{ kind: 'geography' }, '0101000000000000000000F03F0000000000000040'],
  [{ kind: 'vector', element: 'float32' }, '[1,2.5,-0.1]'],
  [{ kind: 'vector', element: 'float64' }, '[1,2.5]'],
  [{ kind: 'sparsevec' }, '{1:1.5,3:2}/5'],
  [{ kind: 'array', element: { kind: 'int32' } }, '{1,NULL,3}', '{}', '{{1,2},{3,NULL}}'],
  [{ kind: 'array', element: { kind: 'text' } }, '{a,"b \\"c\\""}', '{{{x}}}'],
  [{ kind: 'array', element: { kind: 'decimal', precision: 10, scale: 2 } }, '{1.25,{}}'.replace(',{}', '')],
  [{ kind: 'array', element: { kind: 'timestamp', precision: 6 } }, '{"2024-02-29 12:34:56.789012"}'],
];

const zoo = table('zoo', [
  column('id', { kind: 'int32' }, { optional: false }),
  ...kinds.map(([type], index) => column(`c${index}`, type)),
  ...kinds.map(([type], index) => column(`r${index}`, type, { optional: false })),
  column(
    'd',
    { kind: 'decimal', precision: 10, scale: 2 },
    {
      sourceType: { name: 'numeric', length: null, scale: null },
      defaultText: '7.50',
    },
  ),
  column(
    'e.f',
    { kind: 'text' },
    {
      sourceType: { name: 'text', length: null, scale: null },
      defaultText: 'it\'s "ö"',
    },
  ),
]);
const rows = Array.from({ length: 7 }, (_, at) => {
  const of = ([, ...texts]: readonly [ColumnType, ...string[]]): string | undefined => texts[at % texts.length];
  return [
    '1',
    ...kinds.map((kind) => (at === 6 ? null : of(kind))),
    ...kinds.map(of),
    at % 2 === 0 ? null : '1.00',
    null,
  ];
});
const nothing = rows[0]?.map((_, index) => (index === 0 ? '1' : index > kinds.length ? undefined : null));

/** Every kind of change, over every type, with nulls and values that were not sent. */
const changes: readonly RowChange[] = [
  ...rows.map((after) => change('c', zoo, { after })),
  change('u', zoo, { before: rows[0] ?? [], after: rows[1] ?? [] }),
  change('u', zoo, { after: nothing ?? [] }),
  change('d', zoo, { before: nothing?.map((text) => text ?? null) ?? [] }, { partialBefore: true }),
  change(
    'r',
    zoo,
    { after: rows[2] ?? [] },
    { transaction: { ...transaction, snapshot: 'last', previousCommitEnd: 9n } },
  ),
  change('t', zoo, {}),
  change('u', zoo, { before: rows[0] ?? [], after: ['2', ...(rows[1]?.slice(1) ?? [])] }),
];

/**
 * A key of every type but those whose headers are not alike: sparsevec, whose map with numbers as keys the direct way writes as
 * in JSON, and Connect as `{1:1.5}`; dates and timestamps that no Date object can hold.
 */
const keyColumns = kinds.flatMap(([type, text = ''], index) =>
  type.kind === 'sparsevec' || (type.kind === 'date' && text === 'infinity') || text.startsWith('287396')
    ? []
    : [1 + kinds.length + index],
);
const keyed = table('keyed', zoo.columns, [0, ...keyColumns]);
const rekeyed = [0, 1, 2, 3].map((at) =>
  change('u', keyed, { before: rows[at] ?? [], after: ['9', ...(rows[at + 1]?.slice(1) ?? [])] }),
);

const side = [
  { kind: 'heartbeat', timeMs: 5 },
  {
    kind: 'message',
    prefix: 'a "prefix"',
    content: Buffer.from('c\u0000ontent'),
    transactional: true,
    transaction,
    positionHigh: 0,
    positionLow: 7,
    ordinal: 3,
  },
] as const;

function direct(events: readonly RowChange[], config: Config): TextRecord[] {
  const format = debeziumFormat({ 'topic.prefix': 'PFX', ...config }, {}, surroundings);
  const sink = new TextSink();
  for (const event of events) format.compile(event.table).encode(event, sink);
  for (const event of side) format.encodeSide(event, sink);
  return sink.records;
}

function structured(events: readonly RowChange[], config: Config): TextRecord[] {
  const { choice } = chooseConverters(new ConverterRegistry(), config, {});
  assert.ok(choice);
  const { key, value, header } = createConverters(choice);
  const format = debeziumRecords({ 'topic.prefix': 'PFX', ...config }, surroundings);
  return [...events, ...side]
    .flatMap((event) => format.records(event))
    .map((record) => ({
      key: key.fromConnect(record.topic, record.keySchema, record.key)?.toString('utf8') ?? null,
      value: value.fromConnect(record.topic, record.valueSchema, record.value)?.toString('utf8') ?? null,
      headers: Object.fromEntries(
        record.headers.map((each) => [
          each.key,
          header.fromConnectHeader(record.topic, each.key, each.schema, each.value)?.toString('utf8') ?? null,
        ]),
      ),
    }));
}

const both = (setting: string, text: string): Config => ({
  [`key.converter.${setting}`]: text,
  [`value.converter.${setting}`]: text,
});
const json: Config = { 'key.converter': 'JsonConverter', 'value.converter': 'JsonConverter' };
const bare = { ...json, ...both('schemas.enable', 'false') };
const variants: Readonly<Record<string, Config>> = {
  'with schemas': json,
  bare,
  'decimals as numbers': { ...json, ...both('decimal.format', 'NUMERIC') },
  'nulls kept': { ...json, ...both('replace.null.with.default', 'false') },
  'decimals as doubles': { ...bare, 'decimal.handling.mode': 'double' },
  'decimals as strings': { ...bare, 'decimal.handling.mode': 'string' },
  'times of Connect': { ...json, 'time.precision.mode': 'connect' },
  'times as text': { ...bare, 'time.precision.mode': 'isostring' },
  'times in nanoseconds': { ...bare, 'time.precision.mode': 'nanoseconds' },
  'binary as hex, hstore as map': {
    ...json,
    'binary.handling.mode': 'hex',
    'hstore.handling.mode': 'map',
    'interval.handling.mode': 'string',
  },
  'names for Avro': { ...json, 'schema.name.adjustment.mode': 'avro', 'field.name.adjustment.mode': 'avro' },
  'no tombstones, no headers': { ...bare, 'tombstones.on.delete': 'false', 'extended.headers.enabled': 'false' },
};

describe('Records with fields', () => {
  for (const [name, config] of Object.entries(variants)) {
    it(`become, by JsonConverter, the very bytes of the direct way: ${name}`, () => {
      assert.deepEqual(structured(changes, config), direct(changes, config));
    });
    it(`have the same keys and headers when a key of every type changes: ${name}`, () => {
      assert.deepEqual(structured(rekeyed, config), direct(rekeyed, config));
    });
  }

  it('share their schema objects, so that what is made of a schema is made once', () => {
    const format = debeziumRecords({ 'topic.prefix': 'PFX' }, surroundings);
    const [first, second] = [0, 1].map((at) => format.records(change('c', zoo, { after: rows[at] ?? [] }))[0]);
    assert.ok(first?.valueSchema);
    assert.equal(first.valueSchema, second?.valueSchema);
    assert.equal(first.keySchema, second?.keySchema);
    const [before, after] = first.valueSchema.fields ?? [];
    assert.equal(before?.schema, after?.schema);
    assert.ok(first.value instanceof Struct && first.value.get('after') instanceof Struct);
  });
});
