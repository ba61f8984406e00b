import assert from 'node:assert/strict';
import { SettingValueError } from '../../settings/setting.ts';
import { keyRules, ruledKey } from './key-rules.ts';

describe('message.key.columns', () => {
  const rules = keyRules('public.orders:b, a ; (.*).customers:id');

  it('gives the columns in the order of the rules', () => {
    assert.deepEqual(ruledKey(rules, 'public', 'orders', ['a', 'b', 'c']), ['b', 'a']);
    assert.deepEqual(ruledKey(rules, 'shop', 'customers', ['id', 'name']), ['id']);
  });

  it('leaves tables that no rule is about to their own key', () => {
    assert.equal(ruledKey(rules, 'public', 'items', ['id']), null);
    assert.equal(ruledKey(rules, 'public', 'orders', ['x']), null);
    assert.equal(ruledKey(keyRules(''), 'public', 'orders', ['a']), null);
  });

  it('refuses what is no rule', () => {
    for (const text of ['public.orders', 'public.orders:', ':a', 'a:b:c'])
      assert.throws(() => keyRules(text), SettingValueError, text);
  });
});
