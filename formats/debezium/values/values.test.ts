import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ColumnType } from '../../../connectors/column-type.ts';
import { schemaName, typeOf, valueJson } from '../../../test/support/encoded.ts';
import { UnrepresentableValue } from './value-type.ts';

const array = (element: ColumnType): ColumnType => ({ kind: 'array', element });
const text: ColumnType = { kind: 'text' };
const bits = (length: number | null): ColumnType => ({ kind: 'bits', length });

describe('Plain values', () => {
  it('pass through', () => {
    assert.equal(valueJson({ kind: 'boolean' }, 't'), 'true');
    assert.equal(valueJson({ kind: 'boolean' }, 'f'), 'false');
    assert.equal(valueJson({ kind: 'int64' }, '-9223372036854775808'), '-9223372036854775808');
    assert.equal(valueJson(text, 'ab   '), '"ab   "');
    assert.equal(valueJson({ kind: 'json' }, '{"a" :  1}'), '"{\\"a\\" :  1}"');
    assert.equal(valueJson(text, '["2019-03-31 15:30:00",infinity)'), '"[\\"2019-03-31 15:30:00\\",infinity)"');
  });

  it('have the semantic types of Debezium', () => {
    assert.equal(schemaName({ kind: 'uuid' }), 'string io.debezium.data.Uuid');
    assert.equal(schemaName({ kind: 'tsvector' }), 'string io.debezium.data.Tsvector');
    assert.deepEqual(typeOf({ kind: 'enum', labels: ['a', 'b, c'] }).schema.parameters, { allowed: 'a,b, c' });
  });
});

describe('Bits', () => {
  it('are bytes from the least significant on, without zero bytes behind', () => {
    const cases: readonly (readonly [ColumnType, string, number[]])[] = [
      [bits(2), '11', [3]],
      [bits(7), '1000000', [64]],
      [bits(2), '00', []],
      [bits(24), '000000110000001000000001', [1, 2, 3]],
      [bits(null), '101', [5]],
      [bits(null), '111011010001000110000001000000001', [1, 2, 35, 218, 1]],
      [bits(64), '1'.padEnd(64, '0'), [0, 0, 0, 0, 0, 0, 0, 128]],
    ];
    for (const [type, value, bytes] of cases)
      assert.equal(valueJson(type, value), `"${Buffer.from(bytes).toString('base64')}"`, value);
    assert.deepEqual(typeOf(bits(null)).schema.parameters, { length: '2147483647' });
  });

  it('are a boolean if there is only one', () => {
    assert.equal(valueJson(bits(1), '1'), 'true');
    assert.equal(valueJson(bits(1), '0'), 'false');
  });
});

describe('Binary values', () => {
  const bytea: ColumnType = { kind: 'bytes' };

  it('follow binary.handling.mode', () => {
    assert.equal(valueJson(bytea, '\\x00ff10'), '"AP8Q"');
    assert.equal(valueJson(bytea, '\\xfbfffe', { binaryHandling: 'base64-url-safe' }), '"-__-"');
    assert.equal(valueJson(bytea, '\\x00ff10', { binaryHandling: 'hex' }), '"00ff10"');
    assert.equal(schemaName(bytea), 'bytes');
    assert.equal(schemaName(bytea, { binaryHandling: 'base64' }), 'string');
  });

  it('are read in the older form with escapes too', () => {
    assert.equal(valueJson(bytea, 'a\\\\b\\000\\377'), `"${Buffer.from('a\\b\0\xff', 'latin1').toString('base64')}"`);
  });

  it('of many pieces are one value', () => {
    const bytes = Buffer.from(Array.from({ length: 100_001 }, (_, i) => (i * 31) % 256));
    assert.equal(valueJson(bytea, `\\x${bytes.toString('hex')}`), `"${bytes.toString('base64')}"`);
  });

  it('carry types without a mapping when they are asked for', () => {
    const settings = { includeUnknown: true } as const;
    assert.equal(valueJson({ kind: 'unknown' }, "'fat' & 'cat'", settings), '"J2ZhdCcgJiAnY2F0Jw=="');
    const hex = { ...settings, binaryHandling: 'hex' } as const;
    assert.equal(valueJson({ kind: 'unknown' }, "'fat' <-> 'cat'", hex), '"2766617427203c2d3e202763617427"');
    assert.throws(() => typeOf({ kind: 'unknown' }));
  });
});

describe('hstore', () => {
  const value = '"k"=>"v", "n"=>NULL, "q\\"x"=>"a\\\\b", "e"=>"😀"';

  it('is JSON in a string', () => {
    const json = valueJson({ kind: 'hstore' }, value);
    assert.equal(
      json,
      '"{\\"k\\":\\"v\\",\\"n\\":null,\\"q\\\\\\"x\\":\\"a\\\\\\\\b\\",\\"e\\":\\"\\uD83D\\uDE00\\"}"',
    );
    assert.deepEqual(JSON.parse(String(JSON.parse(json))), { k: 'v', n: null, 'q"x': 'a\\b', e: '😀' });
    assert.equal(valueJson({ kind: 'hstore' }, ''), '"{}"');
  });

  it('is a map with hstore.handling.mode=map', () => {
    const json = valueJson({ kind: 'hstore' }, value, { hstoreHandling: 'map' });
    assert.deepEqual(JSON.parse(json), { k: 'v', n: null, 'q"x': 'a\\b', e: '😀' });
  });
});

describe('Geometries and vectors', () => {
  it('have the structs of Debezium', () => {
    assert.equal(
      valueJson({ kind: 'point' }, '(1.5,-2)'),
      '{"x":1.5,"y":-2.0,"wkb":"AQEAAAAAAAAAAAD4PwAAAAAAAADA","srid":null}',
    );
    assert.equal(
      valueJson({ kind: 'geometry' }, '0101000020E6100000000000000000F03F0000000000000040'),
      '{"wkb":"AQEAACDmEAAAAAAAAAAA8D8AAAAAAAAAQA==","srid":4326}',
    );
    assert.equal(
      valueJson({ kind: 'geography' }, '0000000001400000000000000040000000000000'),
      '{"wkb":"AAAAAAFAAAAAAAAAAEAAAAAAAAA=","srid":null}',
    );
    assert.equal(valueJson({ kind: 'vector', element: 'float64' }, '[1,2.5,-3e-05]'), '[1.0,2.5,-3.0E-5]');
    assert.equal(valueJson({ kind: 'vector', element: 'float32' }, '[]'), '[]');
    assert.equal(valueJson({ kind: 'sparsevec' }, '{1:1.5,3:2}/5'), '{"dimensions":5,"vector":[[1,1.5],[3,2.0]]}');
    assert.equal(valueJson({ kind: 'sparsevec' }, '{}/5'), '{"dimensions":5,"vector":[]}');
  });
});

describe('Arrays', () => {
  it('hold elements as their type is written', () => {
    assert.equal(valueJson(array({ kind: 'int16' }), '{1,NULL,-2}'), '[1,null,-2]');
    assert.equal(valueJson(array({ kind: 'decimal', precision: 10, scale: 2 }), '{1.50,2.25}'), '["AJY=","AOE="]');
    assert.equal(
      valueJson(array({ kind: 'timetz', precision: 6 }), '{01:02:03+02,01:02:03.5+00}'),
      '["23:02:03Z","01:02:03.5Z"]',
    );
    assert.equal(valueJson(array({ kind: 'bytes' }), '{"\\\\x0102","\\\\x"}'), '["AQI=",""]');
    assert.equal(valueJson(array({ kind: 'bits', length: 3 }), '{101,111}'), '["BQ==","Bw=="]');
    assert.equal(valueJson(array({ kind: 'money' }), '{$1.50,"$1,234.11"}'), '["AJY=","AeIT"]');
    assert.equal(valueJson(array({ kind: 'hstore' }), '{"\\"a\\"=>\\"1\\""}'), '["{\\"a\\":\\"1\\"}"]');
    assert.equal(valueJson(array(text), '{}'), '[]');
  });

  it('take quotes, backslashes, braces and the word NULL for what they are', () => {
    const literal = '{a,"b c",NULL,"NULL","q\\"x","back\\\\slash","{br}","","a,b"}';
    assert.deepEqual(JSON.parse(valueJson(array(text), literal)), [
      ...['a', 'b c', null, 'NULL', 'q"x', 'back\\slash', '{br}', '', 'a,b'],
    ]);
  });

  it('of several dimensions are nested, whatever their bounds', () => {
    assert.equal(valueJson(array({ kind: 'int32' }), '[2:3]={1,2}'), '[1,2]');
    assert.equal(valueJson(array(text), '{{a,b},{c,NULL}}'), '[["a","b"],["c",null]]');
    assert.equal(valueJson(array({ kind: 'int32' }), '[0:0][1:2]={{1,2}}'), '[[1,2]]');
  });

  it('that are cut off are refused', () => {
    for (const literal of ['', '{', '{a', '{a}}', '{"a}', 'a'])
      assert.throws(() => valueJson(array(text), literal), UnrepresentableValue, literal);
  });
});

describe('Values that were not sent', () => {
  const word = '"__debezium_unavailable_value"';
  const bytes = '"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="';

  it('are represented as Debezium does it', () => {
    assert.equal(typeOf(text).unavailable, word);
    assert.equal(typeOf({ kind: 'json' }).unavailable, word);
    assert.equal(typeOf({ kind: 'bytes' }).unavailable, bytes);
    assert.equal(typeOf({ kind: 'bytes' }, { binaryHandling: 'hex' }).unavailable, word);
    assert.equal(typeOf(array(text)).unavailable, `[${word}]`);
    assert.equal(typeOf(array({ kind: 'uuid' })).unavailable, '["b68a35a7-17ad-35b3-af2a-ae46edb4545a"]');
    assert.match(typeOf(array({ kind: 'int32' })).unavailable ?? '', /^\[95,95,100,101,98,/);
    assert.match(typeOf(array({ kind: 'date' })).unavailable ?? '', /^\[95,95,100,101,98,/);
    assert.equal(
      typeOf({ kind: 'decimal', precision: null, scale: null }, { decimalHandling: 'string' }).unavailable,
      word,
    );
    assert.deepEqual(JSON.parse(typeOf({ kind: 'hstore' }, { hstoreHandling: 'map' }).unavailable ?? ''), {
      __debezium_unavailable_value: '__debezium_unavailable_value',
    });
  });

  it('are represented by the same rules where Debezium fails', () => {
    assert.match(typeOf(array({ kind: 'int16' })).unavailable ?? '', /^\[95,95,/);
    assert.match(typeOf({ kind: 'vector', element: 'float64' }).unavailable ?? '', /^\[95\.0,95\.0,/);
    assert.equal(typeOf(bits(null)).unavailable, bytes);
    assert.equal(typeOf({ kind: 'decimal', precision: 4000, scale: 2 }).unavailable, bytes);
    assert.equal(typeOf({ kind: 'geometry' }).unavailable, `{"wkb":${bytes},"srid":null}`);
  });

  it('are signed bytes in arrays of integers', () => {
    const placeholder = Buffer.from('000102ff', 'hex');
    assert.equal(typeOf(array({ kind: 'int64' }), { placeholder }).unavailable, '[0,1,2,-1]');
    assert.equal(
      typeOf(array({ kind: 'uuid' }), { placeholder }).unavailable,
      '["0416dab8-1988-3333-af83-1f8c765ac2ae"]',
    );
  });
});
