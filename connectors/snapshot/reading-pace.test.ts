import assert from 'node:assert/strict';
import { isCutDue, mayNeedCuts, nextStep } from './reading-pace.ts';

const MB = 1024 * 1024;

describe('how much of a table is read at once', () => {
  it('is committed before it takes a second, or 32 MB', () => {
    assert.equal(isCutDue({ ms: 700, bytes: MB }), false);
    assert.equal(isCutDue({ ms: 750, bytes: 1 }), true);
    assert.equal(isCutDue({ ms: 1, bytes: 32 * MB }), true);
  });

  it('is a whole chunk only where the source is known to give it in half a second', () => {
    assert.equal(mayNeedCuts(16 * MB, undefined), true, 'nothing is known');
    assert.equal(mayNeedCuts(16 * MB, { ms: 100, bytes: 16 * MB }), false);
    assert.equal(mayNeedCuts(16 * MB, { ms: 100, bytes: 2 * MB }), true, 'it would take 800 ms');
    assert.equal(mayNeedCuts(64 * MB, { ms: 10, bytes: 64 * MB }), true, 'it is too large, however fast');
  });

  it('gets smaller when the source answers slowly and larger when it answers fast', () => {
    let clockMs = 0;
    let msPerPage = 1;
    let size = 128;
    const step = (): number => {
      const beganMs = clockMs;
      clockMs += size * msPerPage;
      size = nextStep(size, clockMs - beganMs, { least: 16, most: 2048 });
      return size;
    };
    assert.deepEqual([step(), step()], [400, 400], 'a step of 400 ms');
    msPerPage = 20;
    assert.deepEqual([step(), step(), step()], [100, 25, 20]);
    msPerPage = 0.01;
    assert.deepEqual(
      [step(), step(), step(), step(), step()],
      [80, 320, 1280, 2048, 2048],
      'and no larger than the chunk',
    );
    msPerPage = 1e6;
    for (let count = 0; count < 20; count += 1) step();
    assert.equal(size, 16, 'and not so small that only the way counts');
  });
});
