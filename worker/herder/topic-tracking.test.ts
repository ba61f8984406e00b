import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { TopicStatus } from '../../config-topics/records/topic-status-record.ts';
import { TopicTracking, type TopicTrackingParts } from './topic-tracking.ts';

function tracking(options: Partial<TopicTrackingParts> = {}) {
  const kept: TopicStatus[] = [];
  const statuses = {
    topics: (connector: string) => kept.filter((status) => status.connector === connector),
    putTopic: (status: TopicStatus) => void kept.push(status),
    deleteTopics: () => void kept.splice(0),
  };
  const exists = (connector: string): boolean => connector !== 'gone';
  const tracked = new TopicTracking({ statuses, exists, enabled: true, resetAllowed: true, now: () => 5, ...options });
  return { kept, tracked };
}

describe('TopicTracking', () => {
  it('records a topic once for each connector, with the task that was seen first', () => {
    const { kept, tracked } = tracking();
    tracked.wrote('c', 1, ['b', 'a']);
    tracked.wrote('c', 0, ['a']);
    tracked.wrote('d', 0, ['a']);
    assert.deepEqual(kept, [
      { topic: 'b', connector: 'c', task: 1, discoveredAt: 5 },
      { topic: 'a', connector: 'c', task: 1, discoveredAt: 5 },
      { topic: 'a', connector: 'd', task: 0, discoveredAt: 5 },
    ]);
    assert.deepEqual(tracked.topics('c'), ['a', 'b']);
  });

  it('records nothing of a connector that was deleted meanwhile, and shows none of it', () => {
    const { kept, tracked } = tracking();
    tracked.wrote('gone', 0, ['a']);
    assert.deepEqual(kept, []);
    assert.deepEqual(tracked.topics('gone'), []);
  });

  it('records a topic again that is written to after a reset', () => {
    const { tracked } = tracking();
    tracked.wrote('c', 0, ['a', 'b']);
    tracked.reset('c');
    assert.deepEqual(tracked.topics('c'), []);
    tracked.wrote('c', 0, ['b']);
    assert.deepEqual(tracked.topics('c'), ['b']);
  });

  it('is refused where the worker does not track, and a reset where that is not allowed', () => {
    const off = tracking({ enabled: false });
    off.tracked.wrote('c', 0, ['a']);
    assert.deepEqual(off.kept, []);
    const disabled = { status: 403, message: 'Topic tracking is disabled.' };
    assert.throws(() => off.tracked.topics('c'), disabled);
    assert.throws(() => off.tracked.reset('c'), disabled);
    const fixed = tracking({ resetAllowed: false });
    assert.deepEqual(fixed.tracked.topics('c'), []);
    assert.throws(() => fixed.tracked.reset('c'), { status: 403, message: 'Topic tracking reset is disabled.' });
  });
});
