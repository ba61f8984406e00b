import assert from 'node:assert/strict';
import { isVisible, mayBeVisible, parseVisibility, type Visibility } from './visibility.ts';

function of(text: string): Visibility {
  const visibility = parseVisibility(text);
  assert.ok(visibility);
  return visibility;
}

describe('what a snapshot sees', () => {
  it('is what had committed when it was taken', () => {
    const seen = of('100:105:101,103');
    assert.deepEqual(
      [99, 100, 101, 102, 103, 104, 105, 106].map((xid) => isVisible(xid, seen)),
      [true, true, false, true, false, true, false, false],
    );
    assert.equal(isVisible(7, of('7:7:')), false);
    assert.equal(isVisible(6, of('7:7:')), true);
  });

  it('is perhaps what committed between the bounds, where it is not known what was running', () => {
    const seen = of('100:103:?');
    const xids = [99, 100, 102, 103];
    assert.deepEqual(
      xids.map((xid) => [isVisible(xid, seen), mayBeVisible(xid, seen)]),
      [
        [true, true],
        [false, true],
        [false, true],
        [false, false],
      ],
    );
    assert.equal(mayBeVisible(101, of('100:103:101')), false);
  });

  it('is told by 32 bits on both sides of a wrap-around of transaction ids', () => {
    const high = 3n << 32n;
    const before = of(`${high - 5n}:${high - 2n}:${high - 4n}`);
    assert.equal(isVisible(4294967290, before), true);
    assert.equal(isVisible(4294967292, before), false);
    assert.equal(isVisible(3, before), false, 'after the wrap-around');
    const after = of(`${high + 5n}:${high + 5n}:`);
    assert.equal(isVisible(4294967290, after), true, 'before the wrap-around');
    assert.equal(isVisible(4, after), true);
    assert.equal(isVisible(5, after), false);
  });

  it('is not read from what is no snapshot', () => {
    for (const text of ['', '1:2', '1:2:3,', 'a:b:', '1:2:-3']) assert.equal(parseVisibility(text), undefined);
  });
});
