import { Reader, Writer } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { MAX_VARINT_VALUE, readVarint, varintSize, writeVarint } from './varint.ts';

describe('varint', () => {
  const values = [-1, 0, 1, 63, 64, 8191, 8192, 1_048_575, 1_048_576, 134_217_727, 134_217_728, MAX_VARINT_VALUE];

  it('writes what the client library writes, and says its size before', () => {
    for (const value of values) {
      const target = Buffer.alloc(8);
      const end = writeVarint(target, 1, value);
      assert.deepEqual(target.subarray(1, end), Writer.create().appendVarInt(value).buffer, `of ${value}`);
      assert.equal(varintSize(value), end - 1, `size of ${value}`);
    }
  });

  it('reads back what the client library wrote', () => {
    for (const value of values) {
      const source = Buffer.concat([Buffer.from([0xff]), Writer.create().appendVarInt(value).buffer]);
      assert.deepEqual(readVarint(source, 1), { value, next: source.length });
      assert.equal(Reader.from(source.subarray(1)).readVarInt(), value);
    }
  });

  it('refuses bytes that end in the middle of a number', () => {
    assert.throws(() => readVarint(Buffer.from([0x80, 0x80]), 0), RangeError);
  });
});
