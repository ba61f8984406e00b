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

  it('tells of settings with a salt in their names without it', () => {
    const hash = (salt: string): string => `column.mask.hash.v2.MD5.with.salt.${salt}`;
    const before = { [hash('same')]: 'a', [hash('old')]: 'b', [hash('kept')]: 'c' };
    const after = { [hash('same')]: 'a', [hash('new')]: 'b', [hash('kept')]: 'd' };
    assert.deepEqual(configDiff(before, after, secretsOf(new Set())), {
      added: { [hash('[hidden]')]: 'b' },
      removed: { [hash('[hidden]')]: 'b' },
      changed: { [hash('[hidden]')]: { from: 'c', to: 'd' } },
    });
  });
});
