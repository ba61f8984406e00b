import { MultipleErrors, ProtocolError } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { topicCreationFailure } from './topic-creation-failure.ts';

describe('a topic that is not created', () => {
  const topic = { name: 't', partitions: 1, replicationFactor: 3, configs: {} };
  const failure = (id: string, text: string | null = null, brokers = 1) =>
    topicCreationFailure(new MultipleErrors('x', [new ProtocolError(id, text)]), topic, brokers);

  it('for its replication factor names that of the cluster', () => {
    const error = failure('INVALID_REPLICATION_FACTOR', null, 2);
    assert.equal(error.code, 'KAFKA_TOPIC_CREATION');
    assert.match(error.message, /^Topic t cannot have replication factor 3: the cluster has 2 brokers/);
  });

  it('for a policy of the cluster says what the policy says', () => {
    assert.match(failure('POLICY_VIOLATION', 'names begin with x-').message, /POLICY_VIOLATION: names begin with x-/);
  });

  it('for want of rights names the right', () => {
    assert.equal(failure('TOPIC_AUTHORIZATION_FAILED').code, 'KAFKA_AUTHORIZATION');
    assert.match(failure('CLUSTER_AUTHORIZATION_FAILED').message, /CREATE/);
  });

  it('for a passing reason may be tried again', () => {
    assert.equal(failure('NOT_CONTROLLER').retry, 'automatic');
  });
});
