import assert from 'node:assert/strict';
import { configDiff } from './config-diff.ts';
import { secretsOf } from './masked-config.ts';

describe('the difference of two configurations', () => {
  it('is told key by key, of secrets without their values', () => {
    const before = { a: '1', b: '2', 'x.password': 'old', same: 's', 'y.password': 'gone' };
    const after = { a: '1', b: '3', 'x.password': 'new', same: 's', c: '${env:C}' };
    assert.deepEqual(configDiff(before, after, secretsOf(new Set())), {
      added: { c: '${env:C}' },
      removed: { 'y.password': '[hidden]' },
      changed: { b: { from: '2', to: '3' }, 'x.password': { from: '[hidden]', to: '[hidden]' } },
    });
  });
});
