import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { desiredTasks } from './desired-tasks.ts';

const config = { a: 'new' };

function desired(change: Partial<ConnectorConfigState> = {}, circumstances = {}) {
  const state: ConnectorConfigState = {
    config,
    targetState: 'STARTED',
    tasks: [{ t: '0' }, { t: '1' }],
    inconsistent: false,
    appliedConfig: config,
    taskGeneration: 1n,
    taskCountRecord: 2,
    pendingFencing: false,
    ...change,
  };
  const view = { offset: 1n, connectors: new Map([['x', state]]), sessionKey: undefined, marker: undefined };
  return desiredTasks({ owned: ['x-1', 'x-7', 'y-0'], view, exactlyOnce: true, certain: true, ...circumstances });
}

describe('tasks that are to run here', () => {
  it('are those that are owned and whose configuration has been read', () => {
    assert.deepEqual(
      [...desired()],
      [
        [
          'x-1',
          {
            key: 'x-1',
            connector: 'x',
            task: 1,
            taskConfig: { t: '1' },
            connectorConfig: config,
            paused: false,
            ready: true,
          },
        ],
      ],
    );
  });

  it('keep the connector configuration that they were made from until the tasks of a newer one are published', () => {
    const appliedConfig = { a: 'old' };
    assert.equal(desired({ appliedConfig }).get('x-1')?.connectorConfig, appliedConfig);
  });

  it('wait for the fencing of earlier producers with exactly-once only', () => {
    assert.equal(desired({ pendingFencing: true }).get('x-1')?.ready, false);
    assert.equal(desired({ pendingFencing: true }, { exactlyOnce: false }).get('x-1')?.ready, true);
  });

  it('wait until the ownership is certain', () => {
    assert.equal(desired({}, { certain: false }).get('x-1')?.ready, false);
  });

  it('are none of a stopped connector, and paused of a paused one', () => {
    assert.equal(desired({ targetState: 'STOPPED' }).size, 0);
    assert.equal(desired({ targetState: 'PAUSED' }).get('x-1')?.paused, true);
  });
});
