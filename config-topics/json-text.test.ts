import assert from 'node:assert/strict';
import { jsonObject, jsonString, jsonValue, parseJson } from './json-text.ts';

describe('JSON text as the Java workers write it', () => {
  it('escapes quotes, backslashes, control characters and surrogates, with capital hexadecimal digits', () => {
    assert.equal(jsonString('a"b\\c'), '"a\\"b\\\\c"');
    assert.equal(jsonString('\b\t\n\f\r'), '"\\b\\t\\n\\f\\r"');
    assert.equal(jsonString('\u001f\u0000'), '"\\u001F\\u0000"');
    assert.equal(jsonString('\u{1F600}"\ud800'), '"\\uD83D\\uDE00\\"\\uD800"');
    assert.equal(jsonString('Zürich 東京 \u2028\u007f/<'), '"Zürich 東京 \u2028\u007f/<"');
  });

  it('leaves a text alone that only looks like an escape', () => {
    assert.equal(jsonString('\\u00ab\u001f'), '"\\\\u00ab\\u001F"');
    assert.equal(JSON.parse(jsonString('\\u00ab\u001f')), '\\u00ab\u001f');
  });

  it('keeps every digit of a 64-bit integer both ways', () => {
    for (const digits of ['9007199254740991', '9007199254740993', '9223372036854775807', '-9223372036854775808'])
      assert.equal(jsonObject({ lsn: (parseJson(`{"lsn":${digits}}`) as { lsn: bigint }).lsn }), `{"lsn":${digits}}`);
    assert.equal((parseJson('[771]') as unknown[])[0], 771);
    assert.equal((parseJson('[9007199254740993]') as unknown[])[0], 9007199254740993n);
  });

  it('writes whole numbers without exponent and fractions as they are', () => {
    assert.equal(jsonValue(1e16), '10000000000000000');
    assert.equal(jsonValue(-0), '0');
    assert.equal(jsonValue(0.5), '0.5');
    assert.equal(jsonValue(1e300), '1e+300');
    assert.throws(() => jsonValue(Number.NaN), RangeError);
  });

  it('keeps a member named __proto__ a member', () => {
    assert.equal(jsonObject(parseJson('{"__proto__":1,"b":2}') as Record<string, number>), '{"__proto__":1,"b":2}');
  });
});
