import assert from 'node:assert/strict';
import { placeTask, wantsHostAlone } from './placement.ts';

const host = (taskCount: number, taken = false) => ({ taskCount, taken });

describe('place of a task', () => {
  it('is an empty host, else a new one while there may be more', () => {
    const empty = host(0);
    assert.equal(placeTask([host(1), empty], 4), empty);
    assert.equal(placeTask([host(1)], 4), 'new');
    assert.equal(placeTask([], 0), 'new');
  });

  it('is the least loaded host once there may be no more, the spare one left alone', () => {
    const least = host(1);
    assert.equal(placeTask([host(3), least, host(0)], 2), least);
  });

  it('is not a host whose task is to have it for itself, unless there is no other', () => {
    const [alone, shared] = [host(1, true), host(2)];
    assert.equal(placeTask([alone, shared], 2), shared);
    assert.equal(placeTask([alone], 1), alone);
  });

  it('is a host for itself where the connector says so', () => {
    assert.equal(wantsHostAlone({ 'task.host.alone': 'true' }), true);
    assert.equal(wantsHostAlone({}), false);
    assert.equal(wantsHostAlone({ 'task.host.alone': 'perhaps' }), false);
  });
});
