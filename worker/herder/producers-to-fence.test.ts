import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { producersToFence, tasksBehindFencing } from './producers-to-fence.ts';

type Tasks = readonly Record<string, string>[];
const config = { a: '1' };

/** A set of tasks that waits for its fencing; `before`: the set that was fenced last, undefined where nobody knows it. */
function view(
  tasks: Tasks,
  before?: { readonly count: number; readonly tasks?: Tasks; readonly config?: typeof config },
) {
  const state: ConnectorConfigState = {
    config,
    targetState: 'STARTED',
    tasks,
    inconsistent: false,
    appliedConfig: config,
    taskGeneration: 1n,
    taskCountRecord: before?.count,
    pendingFencing: true,
    fencedTasks: before?.tasks === undefined ? undefined : { tasks: before.tasks, config: before.config ?? config },
  };
  return state;
}

const two = [{ t: '0' }, { t: '1' }];
const three = [...two, { t: '2' }];

describe('producers to fence before a new set of tasks', () => {
  it('are none for the first set', () => {
    assert.deepEqual(producersToFence(view([{ t: '0' }])), []);
  });

  it('are none when one task follows one task: it fences itself', () => {
    assert.deepEqual(producersToFence(view([{ t: 'new' }], { count: 1, tasks: [{ t: '0' }] })), []);
  });

  it('are those of removed and of changed tasks, never those of tasks that go on', () => {
    const now = view([{ t: '0' }, { t: 'changed' }], { count: 3, tasks: three });
    assert.deepEqual(producersToFence(now), [1, 2]);
    assert.deepEqual(tasksBehindFencing(now), [1]);
  });

  it('are none when tasks are added', () => {
    const now = view(three, { count: 2, tasks: two });
    assert.deepEqual(producersToFence(now), []);
    assert.deepEqual(tasksBehindFencing(now), [2]);
  });

  it('are all of them when it is not known what changed', () => {
    assert.deepEqual(producersToFence(view([{ t: '0' }], { count: 3 })), [0, 1, 2]);
  });

  it('are all of them when the connector configuration changed that the tasks read', () => {
    assert.deepEqual(producersToFence(view(two, { count: 2, tasks: two, config: { a: 'old' } })), [0, 1]);
  });

  it('are none after a stop when the same tasks come again: each fences its former self', () => {
    assert.deepEqual(producersToFence(view(two, { count: 2, tasks: two })), []);
  });
});
