import assert from 'node:assert/strict';
import { compareChanges, verdictLine, type Change } from './change-ledger.ts';

const change = (key: string, version: number, op: Change['op'] = 'u'): Change => ({ key, version, op });

describe('compareChanges', () => {
  const written = [change('a', 1, 'c'), change('a', 2), change('a', 2, 'd'), change('b', 1, 'c')];

  it('finds nothing when everything arrived once and in the order of each key', () => {
    assert.equal(
      verdictLine(compareChanges(written, [change('b', 1, 'c'), ...written.slice(0, 3)])),
      'lost 0, duplicated 0, out of order 0',
    );
  });

  it('finds what was never delivered', () => {
    assert.equal(compareChanges(written, written.slice(1)).lost, 1);
  });

  it('finds what was delivered twice, and what was never committed', () => {
    assert.equal(compareChanges(written, [...written, change('b', 1, 'c'), change('z', 9)]).duplicated, 2);
  });

  it('finds a version that falls', () => {
    assert.equal(
      compareChanges(written, [change('a', 2), change('a', 1, 'c'), change('a', 2, 'd'), change('b', 1, 'c')])
        .outOfOrder,
      1,
    );
  });
});
