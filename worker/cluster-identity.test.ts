import assert from 'node:assert/strict';
import { checkOffsetTopic } from './cluster-identity.ts';

const marker = { clusterId: 'k', groupId: 'g', offsetTopic: { name: 'offsets', id: 'one' } };
const check = (change: Partial<Parameters<typeof checkOffsetTopic>[0]>): void =>
  checkOffsetTopic({ topic: 'offsets', marker, clusterId: 'k', topicId: 'one', ...change });

describe('the identity of the topic of source offsets', () => {
  it('is that of the topic which the cluster has used before', () => {
    check({});
    check({ marker: undefined });
    check({ marker: { clusterId: 'k', groupId: 'g' }, topicId: 'two' });
  });

  it('is not asked for in another Kafka, where all topics are others', () =>
    check({ clusterId: 'mirror', topicId: 'two' }));

  it('is another one when this worker names another topic than its group, said with both names', () => {
    for (const topicId of [undefined, 'two'])
      assert.throws(() => check({ topic: 'others', topicId }), {
        code: 'GROUP_TOPICS_DIFFER',
        message: "This worker is to keep source offsets in the topic 'others'; the group 'g' keeps them in 'offsets'",
      });
  });

  it('is missed when the topic is gone or was created again', () => {
    assert.throws(() => check({ topicId: undefined }), /INTERNAL_TOPIC_LOST|does not exist any more/);
    assert.throws(
      () => check({ topicId: 'two' }),
      /is another one now \(id two\): its connectors would begin from nothing/,
    );
  });
});
