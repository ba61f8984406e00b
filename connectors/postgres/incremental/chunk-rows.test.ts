import assert from 'node:assert/strict';
import { chunkLimits, fewerRows, nextChunkRows } from './chunk-rows.ts';

const MB = 1024 * 1024;

describe('the rows of a chunk of an incremental snapshot', () => {
  /** Sizes of the chunks that follow one of `size`, read at so many rows per millisecond of so many bytes each. */
  const sizes = (size: number, limits: ReturnType<typeof chunkLimits>, perMs: number, rowBytes = 100): number[] => {
    let clockMs = 0;
    let next = size;
    return Array.from({ length: 6 }, () => {
      const beganMs = clockMs;
      clockMs += next / perMs;
      next = nextChunkRows(next, { rows: next, bytes: next * rowBytes, ms: clockMs - beganMs }, limits);
      return next;
    });
  };

  it('are more when the source answers fast and fewer when it answers slowly, within bounds', () => {
    const limits = chunkLimits(1024, false, 16 * MB);
    assert.deepEqual(sizes(limits.start, limits, 1000), [4096, 16384, 16384, 16384, 16384, 16384]);
    assert.deepEqual(sizes(16384, limits, 10), [4096, 4000, 4000, 4000, 4000, 4000], '400 ms each');
    assert.deepEqual(sizes(1024, limits, 0.01), [256, 64, 64, 64, 64, 64]);
  });

  it('are what the operator says, however the source answers, as far as they fit', () => {
    const limits = chunkLimits(500, true, 16 * MB);
    assert.deepEqual(new Set([...sizes(500, limits, 1e6), ...sizes(500, limits, 0.001)]), new Set([500]));
    assert.deepEqual(new Set(sizes(500, limits, 1, MB)), new Set([16]));
    assert.ok(sizes(8, limits, 1000).at(-1) === 500, 'and again so many after a chunk that changes came in the way of');
  });

  it('are half as many, and never none, after changes came in the way', () => {
    assert.deepEqual([fewerRows(1000), fewerRows(3), fewerRows(1)], [500, 2, 1]);
  });
});
