import { murmur2 as libraryMurmur2 } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { murmur2, partitionFor } from './murmur2.ts';

describe('murmur2', () => {
  // Values of Utils.murmur2 in kafka-clients 4.1.1; the first six also stand in Kafka's UtilsTest.
  const known: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of known)
    it(`gives Java's value for '${key}'`, () => {
      const bytes = Buffer.from(key);
      assert.equal(murmur2(bytes, 0, bytes.length), hash);
    });

  it('reads a range in the middle of a buffer as if it were alone', () => {
    const bytes = Buffer.from('xxxfoobaryyy');
    assert.equal(murmur2(bytes, 3, 9), -790332482);
  });

  it('agrees with an independent implementation for every length and byte value', () => {
    let state = 1;
    for (let length = 0; length < 300; length += 1) {
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length; at += 1) {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        bytes[at] = state >>> 16;
      }
      assert.equal(murmur2(bytes, 0, length), libraryMurmur2(bytes), `length ${length}`);
    }
  });

  it('makes a negative hash positive by dropping the sign bit, not by negating it', () => {
    const bytes = Buffer.from('foobar');
    assert.equal(partitionFor(bytes, 0, bytes.length, 7), (-790332482 & 0x7fffffff) % 7);
  });
});
