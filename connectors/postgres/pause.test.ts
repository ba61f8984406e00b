import assert from 'node:assert/strict';
import { backOff, pause } from './pause.ts';

describe('time between tries', () => {
  it('doubles from 0.2 to 10 seconds, up to a quarter less at random', () => {
    const full = [0, 1, 2, 3, 5, 6, 100].map((retry) => backOff(retry, () => 0));
    assert.deepEqual(full, [200, 400, 800, 1600, 6400, 10_000, 10_000]);
    assert.equal(
      backOff(0, () => 1),
      150,
    );
  });

  it('ends at once when the task is stopped', async () => {
    await assert.rejects(pause(60_000, AbortSignal.abort(new Error('stopped'))), /stopped/);
    const stop = new AbortController();
    const waiting = pause(60_000, stop.signal);
    stop.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});
