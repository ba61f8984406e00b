import assert from 'node:assert/strict';
import { laggingPartition } from './log-position.ts';

describe('the end of a log', () => {
  const at = (next: bigint, lastStableOffset = 100n, highWatermark = 100n) => ({
    next,
    lastStableOffset,
    highWatermark,
  });

  it('is reached when every partition has reached its own', () => {
    const ends = new Map([
      [0, 5n],
      [1, 0n],
    ]);
    assert.equal(
      laggingPartition(
        new Map([
          [0, at(5n)],
          [1, at(0n)],
        ]),
        ends,
      ),
      undefined,
    );
  });

  it('names the partition that is behind, and where it is', () => {
    assert.deepEqual(
      laggingPartition(
        new Map([
          [0, at(9n)],
          [1, at(3n)],
        ]),
        new Map([
          [0, 9n],
          [1, 7n],
        ]),
      ),
      {
        partition: 1,
        reason: 'read up to offset 3, its end is 7',
      },
    );
  });

  it('names an open transaction as what holds it up', () => {
    assert.match(
      laggingPartition(new Map([[0, at(3n, 3n, 7n)]]), new Map([[0, 7n]]))?.reason ?? '',
      /offset 3 is still open/,
    );
  });

  it('says of a partition that the reader does not have that nothing was read', () => {
    assert.match(laggingPartition(new Map(), new Map([[4, 7n]]))?.reason ?? '', /nothing of it was read yet/);
  });
});
