import assert from 'node:assert/strict';
import { OffsetTracker } from './offset-tracker.ts';

describe('tracking what Kafka holds', () => {
  it('releases a position only when everything before it is acknowledged, in whatever order that happens', () => {
    const tracker = new OffsetTracker(5n);
    const [first, second, third] = [tracker.add(10n), tracker.add(10n), tracker.add(20n)];
    third();
    second();
    assert.equal(tracker.durable, 5n);
    assert.equal(tracker.idle, false);
    first();
    assert.equal(tracker.durable, 20n);
    assert.equal(tracker.idle, true);
  });

  it('never moves backwards', () => {
    const tracker = new OffsetTracker(50n);
    tracker.add(10n)();
    assert.equal(tracker.durable, 50n);
  });
});
