import assert from 'node:assert/strict';
import { BatchLimit } from './batch-limit.ts';

describe('batch limit', () => {
  it('is the configured size until it knows how well records compress', () => {
    assert.equal(new BatchLimit(900_000).bytes(true), 900_000);
  });

  it('lets a partition that waits fill a larger batch when records compress well', () => {
    const limit = new BatchLimit(900_000);
    for (let i = 0; i < 20; i += 1) limit.compressed(900_000, 100_000);
    assert.equal(limit.bytes(true), 3_600_000);
    assert.equal(limit.bytes(false), 900_000);
  });

  it('aims below the configured size after compression', () => {
    const limit = new BatchLimit(900_000);
    for (let i = 0; i < 50; i += 1) limit.compressed(900_000, 300_000);
    assert.ok(limit.bytes(true) / 3 < 600_000);
  });

  it('halves for good when the broker refused a batch', () => {
    const limit = new BatchLimit(900_000);
    limit.refused(800_000);
    assert.equal(limit.bytes(false), 400_000);
    limit.refused(300_000);
    assert.equal(limit.bytes(false), 150_000);
  });
});
