import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { obsoleteStatuses } from './status-sweep.ts';

const state: ConnectorConfigState = {
  config: {},
  targetState: 'STARTED',
  tasks: [{ t: '0' }],
  inconsistent: false,
  appliedConfig: undefined,
  taskGeneration: 1n,
  taskCountRecord: 1,
  pendingFencing: false,
};

describe('obsolete statuses', () => {
  it('are those of removed connectors and of tasks beyond the published set', () => {
    const ids = [
      { connector: 'x' },
      { connector: 'x', task: 0 },
      { connector: 'x', task: 1 },
      { connector: 'gone' },
      { connector: 'gone', task: 0 },
    ];
    assert.deepEqual(obsoleteStatuses(ids, { connectors: new Map([['x', state]]) }), ids.slice(2));
  });
});
