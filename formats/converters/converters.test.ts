import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { logicalTypes, type Schema, type Value } from '../../connectors/connect-data.ts';
import { everyType, oneOfEach } from '../../test/support/every-type.ts';
import { ConverterRegistry } from './converter-registry.ts';

const registry = new ConverterRegistry();

function converted(name: string, schema: Schema | null, value: Value, config = {}): Buffer | null | undefined {
  return registry.converter(name)?.create(config, false).fromConnect('t', schema, value);
}

function header(schema: Schema | null, value: Value): string | undefined {
  return registry.headerConverter('Simple')?.create({}).fromConnectHeader('t', 'k', schema, value)?.toString('utf8');
}

/** Answers of Kafka Connect 4.1.1 on Java 17, in UTC. */
describe('Converters of Kafka Connect', () => {
  it('of strings write the text of any value; bytes inside are base64', () => {
    assert.equal(
      converted('String', everyType, oneOfEach)?.toString('utf8'),
      'Struct{i8=-8,i16=300,i32=-70000,i64=9007199254740993,f=0.1,d=1.0E22,nan=NaN,b=true,s=é\n😀",bytes=AAH/,arr=[1, null, 3],m={a"=1, b=2},mi={1=one, 2=two},inner=Struct{x=7},dec=-12.345,date=Sat Jan 08 00:00:00 UTC 2022,time=Thu Jan 01 01:02:03 UTC 1970,ts=Tue Nov 14 22:13:20 UTC 2023}',
    );
    assert.equal(converted('StringConverter', null, new Map([['a', [1, 'x']]]))?.toString(), '{a=[1, x]}');
    assert.equal(converted('String', null, null), null);
    assert.deepEqual(
      converted('String', null, 'é€', { 'converter.encoding': 'ISO-8859-1' }),
      Buffer.from([0xe9, 0x3f]),
    );
  });

  it('of numbers, booleans and bytes write what Kafka’s serialisers write, and refuse everything else', () => {
    const cases: readonly (readonly [string, Value, string])[] = [
      ['org.apache.kafka.connect.converters.ShortConverter', -2, 'fffe'],
      ['IntegerConverter', 70_000, '00011170'],
      ['Long', -3n, 'fffffffffffffffd'],
      ['Float', 0.1, '3dcccccd'],
      ['Double', 0.1, '3fb999999999999a'],
      ['Boolean', true, '01'],
      ['ByteArray', Buffer.from([7]), '07'],
    ];
    for (const [name, value, hex] of cases) {
      assert.equal(converted(name, null, value)?.toString('hex'), hex, name);
      assert.equal(converted(name, null, null), null);
      assert.throws(() => converted(name, null, 'text'), { code: 'RECORD_NOT_CONVERTIBLE' }, name);
    }
    assert.throws(() => converted('Boolean', { type: 'string', optional: true }, null), /Invalid schema type.*string/);
    assert.throws(() => converted('Short', null, 40_000), /ShortConverter/);
  });

  it('of headers write plain text, JSON-like where there is structure', () => {
    assert.equal(
      header(everyType, oneOfEach),
      '{"i8":-8,"i16":300,"i32":-70000,"i64":9007199254740993,"f":0.1,"d":1.0E22,"nan":NaN,"b":true,"s":"é\n😀\\"","bytes":"AAH/","arr":[1,null,3],"m":{"a\\"":1,"b":2},"mi":{1:"one",2:"two"},"inner":{"x":7},"dec":-12.345,"date":2022-01-08,"time":01:02:03.004Z,"ts":2023-11-14T22:13:20.123Z,"def":"dflt","nul":null}',
    );
    const timestamp: Schema = { type: 'int64', optional: false, name: logicalTypes.timestamp };
    assert.deepEqual(
      [
        header({ type: 'string', optional: false }, 'a"b'),
        header({ type: 'bytes', optional: false }, Buffer.from([1, 2])),
        header({ type: 'float', optional: false }, 1e10),
        header({ type: 'int64', optional: false }, 5n),
        header(null, ['a', 1, null]),
        header(timestamp, new Date(1_700_000_000_123)),
        header(null, null),
      ],
      ['a"b', 'AQI=', '1.0E10', '5', '["a",1,null]', '2023-11-14T22:13:20.123Z', undefined],
    );
  });

  it('answer to class, simple name and short name, and all of them write headers, too', () => {
    for (const name of ['org.apache.kafka.connect.json.JsonConverter', 'JsonConverter', 'Json', ' String '])
      assert.ok(registry.converter(name) !== undefined && registry.headerConverter(name) !== undefined, name);
    assert.equal(registry.converter('SimpleHeaderConverter'), undefined);
    assert.ok(registry.headerConverter('SimpleHeaderConverter'));
  });
});
