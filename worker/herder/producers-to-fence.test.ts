import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { producersToFence } from './producers-to-fence.ts';

function view(tasks: Record<string, string>[], taskCountRecord?: number): ConnectorConfigState {
  const config = { a: '1' };
  return {
    config,
    targetState: 'STARTED',
    tasks,
    inconsistent: false,
    appliedConfig: config,
    taskGeneration: 1n,
    taskCountRecord,
    pendingFencing: true,
  };
}

describe('producers to fence before a new set of tasks', () => {
  it('are none for the first set', () => {
    assert.deepEqual(producersToFence(view([]), view([{ t: '0' }])), []);
  });

  it('are none when one task follows one task: it fences itself', () => {
    assert.deepEqual(producersToFence(view([{ t: '0' }], 1), view([{ t: 'new' }], 1)), []);
  });

  it('are those of removed and of changed tasks, never those of tasks that go on', () => {
    const before = view([{ t: '0' }, { t: '1' }, { t: '2' }], 3);
    assert.deepEqual(producersToFence(before, view([{ t: '0' }, { t: 'changed' }], 3)), [1, 2]);
  });

  it('are all of them when it is not known what changed', () => {
    assert.deepEqual(producersToFence(undefined, view([{ t: '0' }], 3)), [0, 1, 2]);
  });

  it('are all of them after a stop, when no task goes on', () => {
    assert.deepEqual(producersToFence(view([], 2), view([{ t: '0' }, { t: '1' }], 2)), [0, 1]);
  });
});
