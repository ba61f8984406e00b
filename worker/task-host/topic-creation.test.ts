import assert from 'node:assert/strict';
import { topicCreationRules } from './topic-creation.ts';

const base = { 'topic.creation.default.partitions': '3', 'topic.creation.default.replication.factor': '-1' };

describe('topicCreationRules', () => {
  it('leaves creation to the brokers when the connector says nothing', () => {
    assert.equal(topicCreationRules({ name: 'a' }), undefined);
  });

  it('takes the first group that matches the whole name and is not excluded, else default', () => {
    const plan = topicCreationRules({
      ...base,
      'topic.creation.groups': 'big, compact',
      'topic.creation.big.include': 'inv\\.public\\.orders.*',
      'topic.creation.big.exclude': '.*_old',
      'topic.creation.big.partitions': '12',
      'topic.creation.compact.include': 'inv\\.public\\..*',
      'topic.creation.compact.cleanup.policy': 'compact',
    });
    assert.equal(plan?.('inv.public.orders_2026').partitions, 12);
    assert.deepEqual(plan('inv.public.orders_old'), {
      ...plan('inv.public.orders_old'),
      partitions: 3,
      configs: { 'cleanup.policy': 'compact' },
    });
    assert.deepEqual(plan('other').configs, {});
  });

  it('names the missing or wrong key', () => {
    assert.throws(
      () => topicCreationRules({ 'topic.creation.default.partitions': '1' }),
      /topic\.creation\.default\.replication\.factor/,
    );
    assert.throws(
      () => topicCreationRules({ ...base, 'topic.creation.default.partitions': '0' }),
      /Invalid value 0 for configuration topic\.creation\.default\.partitions/,
    );
  });
});
