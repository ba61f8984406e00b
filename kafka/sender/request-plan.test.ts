import assert from 'node:assert/strict';
import { RequestPlan } from './request-plan.ts';

describe('request plan', () => {
  it('puts partitions of one leader into one request', () => {
    const plan = new RequestPlan<string, string>(100);
    for (const [leader, queue] of [
      ['one', 'a'],
      ['two', 'b'],
      ['one', 'c'],
    ] as const)
      assert.equal(plan.add(leader, queue, 40), undefined);
    assert.deepEqual(
      [...plan.rest()],
      [
        ['one', ['a', 'c']],
        ['two', ['b']],
      ],
    );
  });

  it('begins another request before the first one becomes too large', () => {
    const plan = new RequestPlan<string, string>(100);
    assert.equal(plan.add('one', 'a', 60), undefined);
    assert.deepEqual(plan.add('one', 'b', 60), ['a']);
    assert.deepEqual([...plan.rest()], [['one', ['b']]]);
  });
});
