import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ByteWriter } from '../byte-writer.ts';
import { writeBase64 } from './base64.ts';

function written(bytes: Buffer, urlSafe = false): string {
  const out = new ByteWriter(1);
  writeBase64(out, { bytes, start: 0, end: bytes.length }, urlSafe);
  return out.bytes.toString('latin1', 0, out.at);
}

describe('Base64', () => {
  it('is that of RFC 4648 for every length', () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 37 + length) % 256));
      assert.equal(written(bytes), bytes.toString('base64'));
    }
  });

  it('keeps the padding in its URL-safe form, as Java does', () => {
    assert.equal(written(Buffer.from([0xfb, 0xff, 0xfe, 0xff]), true), '-__-_w==');
  });
});
