import assert from 'node:assert/strict';
import { regexList, splitRegexList } from './regex-list.ts';
import { SettingValueError } from './setting.ts';

describe('lists of regular expressions', () => {
  it('match whole names in either case, as Debezium anchors them', () => {
    const list = regexList(String.raw`public\.orders, inventory\..*`);
    assert.equal(list.matches('public.orders'), true);
    assert.equal(list.matches('PUBLIC.Orders'), true);
    assert.equal(list.matches('public.orders_old'), false);
    assert.equal(list.matches('inventory.items'), true);
    assert.equal(list.matches('my.inventory.items'), false);
  });

  it('split at every comma but an escaped one, and trim', () => {
    assert.deepEqual(splitRegexList(String.raw` a\.b ,, c\,d,e\\,f`), [String.raw`a\.b`, 'c,d', String.raw`e\\`, 'f']);
    assert.deepEqual(splitRegexList(''), []);
    assert.equal(regexList(String.raw`t{1\,2}`).matches('tt'), true);
    assert.equal(regexList('').matches('a'), false);
  });

  it('say how to write a comma inside an expression', () => {
    assert.throws(() => regexList('t{1,2}'), /must be written as '\\,'/);
    assert.throws(() => regexList('a\\'), SettingValueError);
  });
});
