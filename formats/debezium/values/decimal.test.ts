import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { schemaName, typeOf, valueJson } from '../../../test/support/encoded.ts';
import type { ColumnType } from '../../../connectors/column-type.ts';
import { UnrepresentableValue } from './value-type.ts';

const unconstrained: ColumnType = { kind: 'decimal', precision: null, scale: null };
const numeric = (precision: number, scale: number): ColumnType => ({ kind: 'decimal', precision, scale });
/** The unscaled number inside base64. */
const unscaled = (json: string): bigint =>
  BigInt.asIntN(256, BigInt(`0x${Buffer.from(json, 'base64').toString('hex')}`)) -
  (((Buffer.from(json, 'base64')[0] ?? 0) & 0x80) === 0 ? 0n : 1n << BigInt(Buffer.from(json, 'base64').length * 8));

describe('numeric', () => {
  it('is the unscaled number in as few bytes as possible, as Debezium writes it', () => {
    const cases: readonly (readonly [ColumnType, string, string])[] = [
      [numeric(3, 2), '1.10', '"bg=="'],
      [numeric(3, 2), '-1.10', '"kg=="'],
      [numeric(4, 0), '1234', '"BNI="'],
      [numeric(4, 0), '-1', '"/w=="'],
      [numeric(10, 2), '99999999.99', '"AlQL4/8="'],
      [numeric(10, 2), '0.00', '"AA=="'],
      [numeric(10, 2), '1.28', '"AIA="'],
      [numeric(10, 2), '-1.28', '"gA=="'],
      [numeric(10, 2), '-1.29', '"/38="'],
      [numeric(30, 10), '12345678901234567890.0123456789', '"AY7pD/bDc+DuDATVFQ=="'],
      [numeric(30, 10), '-0.0000000001', '"/w=="'],
      [numeric(3, 5), '0.00123', '"ew=="'],
    ];
    for (const [type, text, json] of cases) assert.equal(valueJson(type, text), json, text);
  });

  it('is exact on both sides of every length in bytes', () => {
    for (let bits = 7; bits <= 71; bits += 8)
      for (const offset of [-2n, -1n, 0n, 1n])
        for (const sign of [1n, -1n]) {
          const value = sign * ((1n << BigInt(bits)) + offset);
          const json = JSON.parse(valueJson(numeric(40, 0), String(value))) as string;
          assert.equal(unscaled(json), value);
        }
  });

  it('without precision is a struct with the scale that the number needs', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['10.1111', '{"scale":4,"value":"AYr3"}'],
      ['-10.1100', '{"scale":2,"value":"/A0="}'],
      ['100', '{"scale":0,"value":"ZA=="}'],
      ['0.00', '{"scale":0,"value":"AA=="}'],
      ['1000000000000000000000000000000', '{"scale":0,"value":"DJ8snNBGdO3qQAAAAA=="}'],
      ['0.00000000000000000001', '{"scale":20,"value":"AQ=="}'],
    ];
    for (const [text, json] of cases) assert.equal(valueJson(unconstrained, text), json, text);
  });

  it('is digits padded to the scale, or what was sent, with decimal.handling.mode=string', () => {
    const settings = { decimalHandling: 'string' } as const;
    assert.equal(valueJson(numeric(3, 2), '1.1', settings), '"1.10"');
    assert.equal(valueJson(unconstrained, '10.1100', settings), '"10.1100"');
    assert.equal(valueJson(unconstrained, 'NaN', settings), '"NAN"');
    assert.equal(valueJson(unconstrained, 'Infinity', settings), '"POSITIVE_INFINITY"');
    assert.equal(valueJson(unconstrained, '-Infinity', settings), '"NEGATIVE_INFINITY"');
  });

  it('is a double with decimal.handling.mode=double', () => {
    const settings = { decimalHandling: 'double' } as const;
    assert.equal(valueJson(numeric(10, 2), '7.50', settings), '7.5');
    assert.equal(valueJson(numeric(30, 10), '12345678901234567890.0123456789', settings), '1.2345678901234567E19');
    assert.equal(valueJson(unconstrained, 'NaN', settings), '"NaN"');
    assert.equal(valueJson(unconstrained, '-Infinity', settings), '"-Infinity"');
  });

  it('is the number of BigDecimal.toString with decimal.format=NUMERIC', () => {
    const settings = { decimalFormat: 'NUMERIC' } as const;
    assert.equal(valueJson(numeric(10, 2), '1.10', settings), '1.10');
    assert.equal(valueJson(numeric(30, 10), '-0.0000000001', settings), '-1E-10');
    assert.equal(valueJson(numeric(30, 10), '0.0000000000', settings), '0E-10');
    assert.equal(valueJson(numeric(30, 10), '0.0000000128', settings), '1.28E-8');
    assert.equal(valueJson(unconstrained, '10.1111', settings), '{"scale":4,"value":"AYr3"}');
  });

  it('of a negative scale has its zeros written out', () => {
    assert.equal(valueJson(numeric(5, -2), '12300'), '"MAw="');
    assert.deepEqual(typeOf(numeric(5, -2)).schema.parameters, { scale: '0', 'connect.decimal.precision': '7' });
  });

  it('that is no number has no precise form', () => {
    for (const text of ['NaN', 'Infinity', '-Infinity'])
      for (const type of [unconstrained, numeric(10, 2)])
        assert.throws(() => valueJson(type, text), UnrepresentableValue);
  });

  it('has the semantic types of Debezium', () => {
    assert.equal(schemaName(numeric(10, 2)), 'bytes org.apache.kafka.connect.data.Decimal');
    assert.equal(schemaName(unconstrained), 'struct io.debezium.data.VariableScaleDecimal');
    assert.equal(schemaName(unconstrained, { decimalHandling: 'string' }), 'string');
  });
});

describe('money', () => {
  const money: ColumnType = { kind: 'money' };

  it('is an exact amount however the server writes it', () => {
    for (const text of ['$1,234.11', '1.234,11 €', '1234,11 kr', "CHF 1'234.11", '1 234,11 €'])
      assert.equal(valueJson(money, text), '"AeIT"', text);
    for (const text of ['-$5.05', '($5.05)', '-5,05 €']) assert.equal(valueJson(money, text), '"/gc="', text);
    assert.equal(valueJson(money, '¥1,234'), '"AeII"');
    assert.equal(valueJson(money, '$1,234,567.89'), '"B1vNFQ=="');
  });

  it('is rounded to money.fraction.digits and keeps its digits as text', () => {
    assert.equal(valueJson(money, '$2.55', { moneyFractionDigits: 1 }), '"Gg=="');
    assert.equal(valueJson(money, '$5.50', { decimalHandling: 'string' }), '"5.50"');
    assert.equal(valueJson(money, '$1,234.11', { decimalHandling: 'double' }), '1234.11');
    assert.deepEqual(typeOf(money).schema.parameters, { scale: '2' });
  });
});
