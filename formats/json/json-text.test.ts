import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { rangeOf } from '../byte-range.ts';
import { ByteWriter } from '../byte-writer.ts';
import { jsonString, writeJsonString } from './json-text.ts';

function written(text: string): string {
  const out = new ByteWriter(1);
  writeJsonString(out, rangeOf(text));
  return out.bytes.toString('utf8', 0, out.at);
}

const CASES: readonly (readonly [string, string])[] = [
  ['', '""'],
  ['plain', '"plain"'],
  ['"\\/', '"\\"\\\\/"'],
  ['\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
  ['\u0000\u0001\u000b\u001f\u007f', '"\\u0000\\u0001\\u000B\\u001F\u007f"'],
  ['é € \u2028 ü', '"é € \u2028 ü"'],
  ['😀', '"\\uD83D\\uDE00"'],
  ['\u{10000}\u{10ffff}', '"\\uD800\\uDC00\\uDBFF\\uDFFF"'],
];

describe('JSON strings', () => {
  it('are escaped as Jackson does it', () => {
    for (const [text, json] of CASES) {
      assert.equal(written(text), json);
      assert.equal(jsonString(text), json);
    }
  });

  it('are the same whether long or short, wherever the byte is that needs an escape', () => {
    for (const length of [10, 95, 96, 97, 98, 99, 100, 101, 300])
      for (const special of ['"', '\n', 'é', '😀']) {
        const text = 'x'.repeat(length) + special + 'y'.repeat(length % 7) + special;
        assert.equal(written(text), jsonString(text));
        assert.equal(JSON.parse(written(text)), text);
      }
  });

  it('of control characters alone fit although each byte becomes six', () => {
    const text = '\u0001'.repeat(1000);
    assert.equal(written(text), `"${'\\u0001'.repeat(1000)}"`);
  });
});
