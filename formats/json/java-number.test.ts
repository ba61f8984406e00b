import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { rangeOf } from '../byte-range.ts';
import { ByteWriter } from '../byte-writer.ts';
import { javaNumber, writeJavaNumber } from './java-number.ts';

function written(text: string, width: 'float32' | 'float64' = 'float64'): string {
  const out = new ByteWriter(1);
  writeJavaNumber(out, rangeOf(text), width);
  return out.bytes.toString('latin1', 0, out.at);
}

describe('Numbers in the form of Java', () => {
  it('are what Double.toString gives for the text that PostgreSQL prints', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['0', '0.0'],
      ['-0', '-0.0'],
      ['1', '1.0'],
      ['100', '100.0'],
      ['-2.5', '-2.5'],
      ['9999999', '9999999.0'],
      ['10000000', '1.0E7'],
      ['1e+07', '1.0E7'],
      ['12345678.9', '1.23456789E7'],
      ['0.001', '0.001'],
      ['0.00095', '9.5E-4'],
      ['0.0001', '1.0E-4'],
      ['1e-05', '1.0E-5'],
      ['1e+22', '1.0E22'],
      ['123456789012345680', '1.2345678901234568E17'],
      ['1.7976931348623157e+308', '1.7976931348623157E308'],
      ['2.2250738585072014e-308', '2.2250738585072014E-308'],
      ['5e-324', '4.9E-324'],
      ['1.50', '1.5'],
    ];
    for (const [text, java] of cases) assert.equal(written(text), java, text);
  });

  it('of 32 bits have the shorter range of exact digits', () => {
    assert.equal(written('1e-45', 'float32'), '1.4E-45');
    assert.equal(written('3.4028235e+38', 'float32'), '3.4028235E38');
    assert.equal(written('0.1', 'float32'), '0.1');
  });

  it('are strings where JSON has no number', () => {
    for (const text of ['NaN', 'Infinity', '-Infinity']) assert.equal(written(text), `"${text}"`);
  });

  it('read back as the same double', () => {
    let seed = 42;
    const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    for (let i = 0; i < 5000; i++) {
      const value = (next() - 0.5) * 10 ** Math.floor(next() * 60 - 30);
      const out = new ByteWriter(1);
      javaNumber(out, value);
      const text = out.bytes.toString('latin1', 0, out.at);
      assert.equal(Number(text), value);
      assert.match(text, /^-?\d+\.\d+(E-?\d+)?$/);
    }
  });
});
