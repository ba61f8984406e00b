import assert from 'node:assert/strict';
import { commitIn, TRANSACTION_MAX_BYTES } from './commit-policy.ts';

const small = { ageMs: 1, bytes: 500, quietMs: 0, lastCommitMs: 8, commitAsked: false };

describe('commitIn', () => {
  it('commits a trickle as soon as the input is dry', () => {
    assert.equal(commitIn(small), 0);
  });

  it('waits a moment for more while a backlog is read', () => {
    assert.equal(commitIn({ ...small, bytes: 1_000_000, quietMs: 1 }), 3);
    assert.equal(commitIn({ ...small, bytes: 1_000_000, quietMs: 4 }), 0);
  });

  it('commits after 100 ms or 16 MB however much keeps coming', () => {
    assert.equal(commitIn({ ...small, bytes: 1_000_000, ageMs: 100 }), 0);
    assert.equal(commitIn({ ...small, bytes: TRANSACTION_MAX_BYTES }), 0);
  });

  it('lets transactions grow when commits take long, up to a second', () => {
    assert.ok(commitIn({ ...small, bytes: 1_000_000, ageMs: 300, lastCommitMs: 400 }) > 0);
    assert.equal(commitIn({ ...small, bytes: 1_000_000, ageMs: 1000, lastCommitMs: 4000 }), 0);
  });

  it('commits at once when asked', () => {
    assert.equal(commitIn({ ...small, bytes: 1_000_000, commitAsked: true }), 0);
  });
});
