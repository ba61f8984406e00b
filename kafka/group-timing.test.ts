import assert from 'node:assert/strict';
import { heartbeatTimeoutMs, isSessionOver, joinTimeoutMs, nextTickInMs } from './group-timing.ts';

describe('times of a group member', () => {
  const session = { lastGoodAt: 1000, sessionTimeoutMs: 10_000 };

  it('the session lasts to its end and not longer', () => {
    assert.equal(isSessionOver(11_000, session), false);
    assert.equal(isSessionOver(11_001, session), true);
  });

  it('a process that slept through its session finds it over', () => {
    assert.equal(isSessionOver(1000 + 15_000, session), true);
  });

  it('the timer runs once per interval', () => {
    assert.equal(nextTickInMs(1200, 500, session), 500);
  });

  it('the timer runs when the session ends, though the next beat is later', () => {
    assert.equal(nextTickInMs(10_900, 3000, session), 101);
    assert.equal(isSessionOver(10_900 + 101, session), true);
  });

  it('the timer runs at once when the session is over', () => {
    assert.equal(nextTickInMs(30_000, 500, session), 0);
  });

  it('three heartbeats fit into a session, and a join may outlast the rebalance', () => {
    assert.equal(heartbeatTimeoutMs(10_000), 3333);
    assert.equal(joinTimeoutMs(60_000), 65_000);
  });
});
