import assert from 'node:assert/strict';
import { snapshotPace } from './snapshot-pace.ts';

describe('the pace of a snapshot', () => {
  it('is that since it was gone on with, and says when it will end', () => {
    const now = { rows: 3000, bytesDone: 600, bytes: 1000 };
    assert.deepEqual(snapshotPace({ now, before: { rows: 1000, bytesDone: 200 }, elapsedMs: 20_000 }), {
      rowsPerSecond: 100,
      leftMs: 20_000,
    });
  });

  it('says nothing of the end before it can', () => {
    const now = { rows: 10, bytesDone: 10, bytes: 1000 };
    assert.equal(snapshotPace({ now, before: { rows: 0, bytesDone: 0 }, elapsedMs: 1000 }).leftMs, null);
    assert.equal(snapshotPace({ now, before: { rows: 10, bytesDone: 10 }, elapsedMs: 60_000 }).leftMs, null);
  });
});
