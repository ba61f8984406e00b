import assert from 'node:assert/strict';
import type { MetadataAnswer, MetadataTopic } from './calls/metadata.ts';
import { isSameTopic, KnownCluster } from './known-cluster.ts';

const ID = '2c7b8733-aad2-4346-8662-18177f6f05bc';
const OTHER_ID = '11111111-aad2-4346-8662-18177f6f05bc';
const NO_ID = '00000000-0000-0000-0000-000000000000';

function topic(leader: number, epoch: number, topicId = ID): MetadataTopic {
  const partitions = [{ partitionIndex: 0, leaderId: leader, leaderEpoch: epoch }];
  return { errorCode: 0, name: 't', topicId, partitions };
}

function answer(...topics: MetadataTopic[]): MetadataAnswer {
  const brokers = [1, 2].map((nodeId) => ({ nodeId, host: 'h', port: nodeId }));
  return { brokers, clusterId: 'c', controllerId: 1, topics };
}

describe('what is known of a cluster', () => {
  it('is used until metadata.max.age.ms is over', () => {
    const known = new KnownCluster(1000);
    known.learn(answer(topic(1, 5)), 0);
    assert.equal(known.topic('t', 999)?.partitions.get(0)?.leader, 1);
    assert.equal(known.topic('t', 1000), undefined);
  });

  it('keeps the newer leader when a broker that lags behind answers', () => {
    const known = new KnownCluster(1000);
    known.learn(answer(topic(2, 6)), 0);
    known.learn(answer(topic(1, 5)), 1);
    assert.deepEqual(known.topic('t', 2)?.partitions.get(0), { leader: 2, leaderEpoch: 6 });
  });

  for (const [what, id] of Object.entries({ 'created again': OTHER_ID, 'without ids': NO_ID }))
    it(`takes a lower epoch of a topic ${what} as it comes`, () => {
      const known = new KnownCluster(1000);
      known.learn(answer(topic(2, 6, id === NO_ID ? NO_ID : ID)), 0);
      known.learn(answer(topic(1, 0, id)), 1);
      assert.deepEqual(known.topic('t', 2)?.partitions.get(0), { leader: 1, leaderEpoch: 0 });
    });

  it('forgets a topic that the brokers no longer know', () => {
    const known = new KnownCluster(1000);
    known.learn(answer(topic(1, 5)), 0);
    known.learn(answer({ ...topic(1, 5), errorCode: 3 }), 1);
    assert.equal(known.topic('t', 2), undefined);
  });

  it('keeps the brokers when one that is starting lists none', () => {
    const known = new KnownCluster(1000);
    known.learn(answer(), 0);
    known.learn({ ...answer(), brokers: [] }, 1);
    assert.deepEqual(
      known.brokers.map(({ nodeId }) => nodeId),
      [1, 2],
    );
  });

  it('tells a topic created again by its id, where there are ids', () => {
    const at = (topicId: string) => ({ name: 't', topicId, partitions: new Map() });
    assert.equal(isSameTopic(at(ID), at(ID)), true);
    assert.equal(isSameTopic(at(ID), at(OTHER_ID)), false);
    assert.equal(isSameTopic(at(NO_ID), at(ID)), true);
  });
});
