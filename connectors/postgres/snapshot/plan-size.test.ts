import assert from 'node:assert/strict';
import { chunkCount, fitting } from './plan-size.ts';

describe('the plan of a very large table', () => {
  it('has chunks of the size that is wanted, and larger ones before there are too many', () => {
    assert.equal(chunkCount(0, 16), 1);
    assert.equal(chunkCount(17, 16), 2);
    assert.equal(chunkCount(1e13, 16 * 1024 * 1024), 8192);
  });

  it('fits into one record, also with long keys, and divides the table evenly still', () => {
    const key = (n: number): string[] => [`${'k'.repeat(500)}${String(n).padStart(5, '0')}`];
    const boundaries = Array.from({ length: 8191 }, (_, n) => key(n));
    const kept = fitting(boundaries);
    assert.ok(JSON.stringify(kept).length <= 500_000);
    assert.equal(kept.length, 511);
    assert.deepEqual([kept[0], kept[1]], [key(15), key(31)]);
    assert.deepEqual(fitting(boundaries.slice(0, 3)), boundaries.slice(0, 3));
  });

  it('is of one chunk when not even two of its keys fit', () => {
    assert.deepEqual(fitting([['x'.repeat(600_000)]]), []);
  });
});
