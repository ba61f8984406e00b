import assert from 'node:assert/strict';
import { checkOffsetTopic } from './cluster-identity.ts';

const marker = { clusterId: 'k', groupId: 'g', offsetTopicId: 'one' };
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

  it('is missed when the topic is gone or was created again', () => {
    assert.throws(() => check({ topicId: undefined }), /INTERNAL_TOPIC_LOST|does not exist any more/);
    assert.throws(
      () => check({ topicId: 'two' }),
      /is another one now \(id two\): its connectors would begin from nothing/,
    );
  });
});
