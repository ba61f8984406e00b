import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Decimal, logicalTypes, Struct, type Schema, type Value } from '../../../connectors/connect-data.ts';
import { ConnectorError } from '../../../errors/connector-error.ts';
import { everyType, oneOfEach } from '../../../test/support/every-type.ts';
import { jsonConverterPlugin } from './json-plugin.ts';

/** What Kafka Connect 4.1.1 writes for oneOfEach (connect-json on Java 17). */
const SCHEMA =
  '{"type":"struct","fields":[{"type":"int8","optional":false,"field":"i8"},{"type":"int16","optional":false,"field":"i16"},{"type":"int32","optional":false,"field":"i32"},{"type":"int64","optional":false,"field":"i64"},{"type":"float","optional":false,"field":"f"},{"type":"double","optional":false,"field":"d"},{"type":"double","optional":false,"field":"nan"},{"type":"boolean","optional":false,"field":"b"},{"type":"string","optional":false,"field":"s"},{"type":"bytes","optional":false,"field":"bytes"},{"type":"array","items":{"type":"int32","optional":true},"optional":false,"field":"arr"},{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"int32","optional":false},"optional":false,"field":"m"},{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"string","optional":false},"optional":false,"field":"mi"},{"type":"struct","fields":[{"type":"int32","optional":false,"field":"x"}],"optional":true,"name":"Inner","field":"inner"},{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"3"},"default":"BOI=","field":"dec"},{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Date","version":1,"field":"date"},{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Time","version":1,"field":"time"},{"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1,"field":"ts"},{"type":"string","optional":true,"default":"dflt","field":"def"},{"type":"string","optional":true,"field":"nul"}],"optional":false,"name":"All","version":3,"doc":"a \\"doc\\"","parameters":{"p1":"v1"}}';
const PAYLOAD =
  '{"i8":-8,"i16":300,"i32":-70000,"i64":9007199254740993,"f":0.1,"d":1.0E22,"nan":"NaN","b":true,"s":"é\\n\\uD83D\\uDE00\\"","bytes":"AAH/","arr":[1,null,3],"m":{"a\\"":1,"b":2},"mi":[[1,"one"],[2,"two"]],"inner":{"x":7},"dec":"z8c=","date":19000,"time":3723004,"ts":1700000000123,"def":"dflt","nul":null}';
const optionalString: Schema = { type: 'string', optional: true };

function json(config: Readonly<Record<string, string>>, schema: Schema | null, value: Value): string | undefined {
  return jsonConverterPlugin.create(config).fromConnect('t', schema, value)?.toString('utf8');
}

const bare = { 'schemas.enable': 'false' };

describe('JsonConverter', () => {
  it('writes every type as Kafka Connect does, with and without its schema', () => {
    assert.equal(json({}, everyType, oneOfEach), `{"schema":${SCHEMA},"payload":${PAYLOAD}}`);
    assert.equal(json(bare, everyType, oneOfEach), PAYLOAD);
  });

  it('writes decimals as numbers with decimal.format=NUMERIC, also the default in the schema', () => {
    const numeric = (text: string): string =>
      text.replace('"default":"BOI="', '"default":1.250').replace('"z8c="', '-12.345');
    const config = { 'decimal.format': 'numeric' };
    assert.equal(json(config, everyType, oneOfEach), numeric(`{"schema":${SCHEMA},"payload":${PAYLOAD}}`));
    const texts: readonly (readonly [bigint, number, string])[] = [
      [1n, 7, '1E-7'],
      [1n, -3, '1E+3'],
      [100n, 0, '100'],
      [0n, 6, '0.000000'],
      [12_345_678_901_234_567_890_123_456_789n, 9, '12345678901234567890.123456789'],
      [0n, 10, '0E-10'],
      [-15n, -1, '-1.5E+2'],
    ];
    for (const [unscaled, scale, text] of texts) {
      const schema: Schema = { type: 'bytes', optional: false, name: logicalTypes.decimal, parameters: {} };
      assert.equal(json({ ...bare, ...config }, schema, new Decimal(unscaled, scale)), text);
    }
  });

  it('replaces null by the default unless it is told otherwise', () => {
    const config = { ...bare, 'replace.null.with.default': 'false' };
    assert.equal(json(config, everyType, oneOfEach), PAYLOAD.replace('"def":"dflt"', '"def":null'));
  });

  it('tells a tombstone from a null of a schema', () => {
    for (const config of [{}, bare]) assert.equal(json(config, null, null), undefined);
    assert.equal(json({}, optionalString, null), '{"schema":{"type":"string","optional":true},"payload":null}');
    assert.equal(json(bare, optionalString, null), 'null');
  });

  it('writes data without a schema by what it is', () => {
    const free = new Map<Value, Value>([
      ['a', 1],
      ['b', ['x', null, 1.5, true]],
      ['c', Buffer.from([1])],
      ['d', 1e300],
      ['e', 9_007_199_254_740_993n],
    ]);
    const text = '{"a":1,"b":["x",null,1.5,true],"c":"AQ==","d":1.0E300,"e":9007199254740993}';
    assert.equal(json(bare, null, free), text);
    assert.equal(json({}, null, free), `{"schema":null,"payload":${text}}`);
    assert.equal(json(bare, null, new Map([[1, 'one']])), '[[1,"one"]]');
    assert.equal(json(bare, null, new Map()), '{}');
  });

  it('refuses a value that its schema does not describe, and says where but not what', () => {
    const row: Schema = {
      type: 'struct',
      optional: false,
      fields: [{ name: 'n', schema: { type: 'int32', optional: false } }],
    };
    const outer: Schema = { type: 'struct', optional: false, fields: [{ name: 'after', schema: row }] };
    const refused = (value: Value, pattern: RegExp): void => {
      assert.throws(
        () => json(bare, outer, new Struct(outer, [new Struct(row, [value])])),
        (error: unknown) =>
          error instanceof ConnectorError && error.code === 'RECORD_NOT_CONVERTIBLE' && pattern.test(error.message),
      );
    };
    refused('secret', /^JsonConverter, topic t, field after\.n: Invalid type for int32: a string$/);
    refused(2 ** 31, /Invalid type for int32: a number/);
    refused(null, /field after\.n: null value for a field that is required/);
    assert.throws(() => json(bare, null, new Decimal(1n, 0)), /a Decimal needs a schema/);
    const money: Schema = { type: 'bytes', optional: false, name: logicalTypes.decimal, parameters: { scale: '2' } };
    assert.throws(() => json(bare, money, new Decimal(1n, 0)), /scale 0, where the schema says 2/);
  });

  it('gives copies: what it returned before stays as it was', () => {
    const converter = jsonConverterPlugin.create(bare);
    const first = converter.fromConnect('t', null, 'first');
    converter.fromConnect('t', null, 'other');
    assert.equal(first?.toString(), '"first"');
  });

  it('refuses settings that are none', () => {
    assert.throws(() => jsonConverterPlugin.create({ 'decimal.format': 'HEX' }), /decimal\.format/);
  });
});
