import assert from 'node:assert/strict';
import { RecentCount } from './recent-count.ts';

describe('a count of the last while', () => {
  it('counts what happened within the span and forgets what is older', () => {
    const count = new RecentCount(30_000, 30);
    for (const at of [1000, 1500, 20_000]) count.add(at);
    assert.equal(count.within(20_000), 3);
    assert.equal(count.within(30_999), 3);
    assert.equal(count.within(31_000), 1);
    assert.equal(count.within(49_999), 1);
    assert.equal(count.within(50_000), 0);
  });

  it('begins anew after a silence longer than the span, whatever part it ends in', () => {
    const count = new RecentCount(30_000, 30);
    count.add(5000);
    for (const at of [65_000, 126_000, 1_000_005_000]) {
      assert.equal(count.within(at), 0);
      count.add(at);
      assert.equal(count.within(at), 1);
      assert.equal(count.within(at + 60_000), 0);
    }
  });

  it('is not confused by a time a little before the last one', () => {
    const count = new RecentCount(30_000, 30);
    count.add(10_000);
    count.add(9_990);
    assert.equal(count.within(10_000), 2);
  });
});
