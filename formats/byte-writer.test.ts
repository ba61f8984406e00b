import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ByteWriter } from './byte-writer.ts';

function written(write: (out: ByteWriter) => void, capacity = 4): string {
  const out = new ByteWriter(capacity);
  write(out);
  return out.bytes.toString('utf8', 0, out.at);
}

describe('ByteWriter', () => {
  it('keeps what was written when it grows', () => {
    const long = Buffer.from('0123456789'.repeat(20));
    const text = written((out) => {
      for (let i = 0; i < 5; i++) {
        out.byte(0x2d);
        out.constant(long.subarray(0, 7));
        out.constant(long);
        out.range(long, 3, 9);
        out.range(long, 0, 60);
      }
    });
    assert.equal(text, `-0123456${long.toString()}345678${long.toString('utf8', 0, 60)}`.repeat(5));
  });

  it('writes every number of digits of an integer up to 2^53', () => {
    for (const text of Array.from({ length: 16 }, (_, digits) => '1234567890123456'.slice(0, digits + 1)))
      assert.equal(
        written((out) => out.unsigned(Number(text))),
        text,
      );
    for (const value of [0, 9, 10, 999_999_999, 1_000_000_000, 1_000_000_001, 2 ** 32, Number.MAX_SAFE_INTEGER])
      assert.equal(
        written((out) => out.unsigned(value)),
        String(value),
      );
  });

  it('pads with zeros in front', () => {
    assert.equal(
      written((out) => out.padded(42, 6)),
      '000042',
    );
    assert.equal(
      written((out) => out.padded(0, 2)),
      '00',
    );
  });

  it('gives the memory of a very large record back', () => {
    const out = new ByteWriter();
    out.reserve(64 * 1024 * 1024);
    out.reset();
    assert.ok(out.bytes.length <= 4 * 1024 * 1024);
  });

  it('copies a range of its own bytes although it grows meanwhile', () => {
    assert.equal(
      written((out) => {
        out.text('abcd');
        out.range(out.bytes, 1, 4);
      }),
      'abcdbcd',
    );
  });
});
