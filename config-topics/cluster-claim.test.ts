import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import { silentLog } from '../kafka/kafka-log.ts';
import { claimTopic, type MarkedTopic } from './cluster-claim.ts';
import type { ClusterMarker } from './records/cluster-marker-record.ts';

const a = { clusterId: 'k', groupId: 'a' };
const b = { clusterId: 'k', groupId: 'b' };

/** A topic as one worker sees it; `meanwhile` comes in before its own first write. */
function topicWith(
  marker: ClusterMarker | undefined,
  ...meanwhile: ClusterMarker[]
): MarkedTopic & { all: ClusterMarker[] } {
  const all = [...meanwhile];
  const write = (written: ClusterMarker): Promise<readonly ClusterMarker[]> => {
    all.push(written);
    return Promise.resolve(all);
  };
  return { marker, write, all };
}

const claim = (topic: MarkedTopic, own: ClusterMarker): Promise<void> =>
  claimTopic(topic, { topic: 't', own, log: silentLog });
const foreign = (error: unknown): boolean => error instanceof ConnectorError && error.code === 'GROUP_FOREIGN';

describe('the claim of a group on a config topic', () => {
  it('is written where there is none, once', async () => {
    const topic = topicWith(undefined);
    await claim(topic, a);
    assert.deepEqual(topic.all, [a]);
    const marked = topicWith(a);
    await claim(marked, a);
    assert.deepEqual(marked.all, []);
  });

  it('of another group is respected', async () => {
    const topic = topicWith(b);
    await assert.rejects(claim(topic, a), foreign);
    assert.deepEqual(topic.all, []);
  });

  it('goes to the first of two groups that start at the same time, and stays with it', async () => {
    const topic = topicWith(undefined, b);
    await assert.rejects(claim(topic, a), foreign);
    assert.deepEqual(topic.all, [b, a, b]);
  });

  it('moves with the group to another Kafka', async () => {
    const topic = topicWith({ ...a, clusterId: 'old' });
    await claim(topic, a);
    assert.deepEqual(topic.all, [a]);
  });
});
