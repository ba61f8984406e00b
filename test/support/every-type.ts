import {
  Decimal,
  logicalTypes,
  Struct,
  type Schema,
  type SchemaType,
  type Value,
} from '../../connectors/connect-data.ts';

function of(type: SchemaType, rest: Partial<Schema> = {}): Schema {
  return { type, optional: false, ...rest };
}

const inner: Schema = {
  ...of('struct', { optional: true, name: 'Inner' }),
  fields: [{ name: 'x', schema: of('int32') }],
};

/** One field of each type, in this order, with its value. */
const fields: readonly (readonly [string, Schema, Value])[] = [
  ['i8', of('int8'), -8],
  ['i16', of('int16'), 300],
  ['i32', of('int32'), -70_000],
  ['i64', of('int64'), 9_007_199_254_740_993n],
  ['f', of('float'), Math.fround(0.1)],
  ['d', of('double'), 1e22],
  ['nan', of('double'), Number.NaN],
  ['b', of('boolean'), true],
  ['s', of('string'), 'é\n😀"'],
  ['bytes', of('bytes'), Buffer.from([0, 1, 255])],
  ['arr', of('array', { items: of('int32', { optional: true }) }), [1, null, 3]],
  [
    'm',
    of('map', { keys: of('string'), values: of('int32') }),
    new Map([
      ['a"', 1],
      ['b', 2],
    ]),
  ],
  [
    'mi',
    of('map', { keys: of('int32'), values: of('string') }),
    new Map([
      [1, 'one'],
      [2, 'two'],
    ]),
  ],
  ['inner', inner, new Struct(inner, [7])],
  [
    'dec',
    of('bytes', {
      optional: true,
      name: logicalTypes.decimal,
      version: 1,
      parameters: { scale: '3' },
      default: new Decimal(1250n, 3),
    }),
    new Decimal(-12_345n, 3),
  ],
  ['date', of('int32', { name: logicalTypes.date, version: 1 }), new Date(86_400_000 * 19_000)],
  ['time', of('int32', { name: logicalTypes.time, version: 1 }), new Date(3_723_004)],
  ['ts', of('int64', { name: logicalTypes.timestamp, version: 1 }), new Date(1_700_000_000_123)],
  ['def', of('string', { optional: true, default: 'dflt' }), null],
  ['nul', of('string', { optional: true }), null],
];

/** A struct with one field of each type of Kafka Connect. */
export const everyType: Schema = {
  ...of('struct', { name: 'All', version: 3, doc: 'a "doc"', parameters: { p1: 'v1' } }),
  fields: fields.map(([name, schema]) => ({ name, schema })),
};

export const oneOfEach = new Struct(
  everyType,
  fields.map(([, , value]) => value),
);
