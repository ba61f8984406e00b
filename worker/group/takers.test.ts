import assert from 'node:assert/strict';
import { takers } from './takers.ts';
import { noWork } from './work.ts';

const something = { connectors: [], tasks: ['x-0'] };

describe('members that work is dealt out to', () => {
  it('are those that are ready, when some are', () => {
    const ready = { held: noWork, ready: true };
    assert.deepEqual(takers([{ held: noWork, ready: false }, ready]), [ready]);
  });

  it('are all that say nothing of it', () => {
    assert.equal(takers([{ held: noWork }, { held: noWork, ready: true }]).length, 2);
  });

  it('are also those that hold something', () => {
    const holder = { held: something, ready: false };
    assert.deepEqual(takers([{ held: noWork, ready: false }, holder]), [holder]);
  });

  it('are all when nobody is ready', () => {
    assert.equal(
      takers([
        { held: noWork, ready: false },
        { held: noWork, ready: false },
      ]).length,
      2,
    );
  });
});
