import assert from 'node:assert/strict';
import { sequenceAfter } from './sequence.ts';

describe('sequence numbers', () => {
  it('go on with 0 after 2^31 - 1', () => {
    assert.equal(sequenceAfter(2 ** 31 - 1, 1), 0);
  });

  it('wrap in the middle of a batch', () => {
    assert.equal(sequenceAfter(2 ** 31 - 3, 10), 7);
  });

  it('follow each other otherwise', () => {
    assert.equal(sequenceAfter(0, 5), 5);
  });
});
