import assert from 'node:assert/strict';
import { hasHiddenSalt, shownKeys, withoutSalts } from './salted-keys.ts';

const setting = (salt: string): string => `column.mask.hash.SHA-256.with.salt.${salt}`;

describe('salts in names of settings', () => {
  it('are hidden in texts, whatever stands behind them', () => {
    assert.equal(
      withoutSalts(`${setting('s3cret')}: no; "${setting('x.y')}":"a" and more`),
      `${setting('[hidden]')}: no; "${setting('[hidden]')}":"a" and more`,
    );
  });

  it('are hidden in the keys of a configuration, each under a name of its own', () => {
    const shown = shownKeys([setting('one'), 'name', setting('two')]);
    assert.deepEqual([...shown.values()], [setting('[hidden]'), 'name', setting('[hidden]2')]);
    assert.deepEqual([...shown.values()].map(hasHiddenSalt), [true, false, true]);
  });
});
