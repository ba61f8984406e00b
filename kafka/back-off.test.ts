import assert from 'node:assert/strict';
import { backOff, backOffMs } from './back-off.ts';

describe('back-off', () => {
  const times = { baseMs: 100, maxMs: 1000 };
  const middle = (): number => 0.5;

  it('doubles from the base up to the cap', () => {
    const waits = [1, 2, 3, 4, 5, 6, 500].map((failures) => backOffMs(failures, times, middle));
    assert.deepEqual(waits, [100, 200, 400, 800, 1000, 1000, 1000]);
  });

  it('spreads by a fifth to both sides', () => {
    assert.equal(
      backOffMs(1, times, () => 0),
      80,
    );
    assert.equal(Math.round(backOffMs(1, times, () => 1)), 120);
  });

  it('ends with the reason of the signal', async () => {
    const reason = new Error('the worker stops');
    const controller = new AbortController();
    const waiting = backOff(1, { baseMs: 60_000, maxMs: 60_000 }, controller.signal);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });
});
