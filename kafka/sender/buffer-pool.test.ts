import assert from 'node:assert/strict';
import { BufferPool } from './buffer-pool.ts';

describe('buffer pool', () => {
  it('hands out the buffer that was given back', () => {
    const pool = new BufferPool(1_000_000);
    const buffer = pool.take(20_000);
    pool.give(buffer);
    assert.equal(pool.take(30_000), buffer);
  });

  it('gives at least what was asked for', () => {
    const pool = new BufferPool(1_000_000);
    for (const bytes of [1, 16_384, 16_385, 900_000, 40_000_000]) assert.ok(pool.take(bytes).length >= bytes);
  });

  it('gives the expected size only while little is in use', () => {
    const pool = new BufferPool(0);
    for (let i = 0; i < 40; i += 1) pool.take(1, 1_000_000);
    assert.equal(pool.take(1, 1_000_000).length, 16_384);
  });

  it('keeps no more free bytes than its bound', () => {
    const pool = new BufferPool(100_000);
    for (const buffer of [pool.take(60_000), pool.take(60_000), pool.take(200_000)]) pool.give(buffer);
    assert.equal(pool.freeBytes, 65_536);
  });
});
