import assert from 'node:assert/strict';
import { GrowthRate } from './growth-rate.ts';

describe('how fast something grows', () => {
  it('is not known from one figure, nor from a moment', () => {
    const rate = new GrowthRate();
    assert.equal(rate.bytesPerSecond, null);
    rate.add(0, 100);
    rate.add(500, 900);
    assert.equal(rate.bytesPerSecond, null);
  });

  it('is what came between the first and the last figure, and negative while it shrinks', () => {
    const rate = new GrowthRate();
    rate.add(0, 1000);
    rate.add(5000, 500);
    rate.add(10_000, 11_000);
    assert.equal(rate.bytesPerSecond, 1000);
    rate.add(20_000, 0);
    assert.equal(rate.bytesPerSecond, -50);
  });

  it('forgets what is older than ten minutes, so that a burst of yesterday raises no alarm today', () => {
    const rate = new GrowthRate();
    rate.add(0, 0);
    rate.add(1000, 1_000_000);
    for (let second = 2; second <= 1200; second += 6) rate.add(second * 1000, 1_000_000);
    assert.equal(rate.bytesPerSecond, 0);
  });
});
