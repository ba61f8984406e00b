import assert from 'node:assert/strict';
import type { ConnectorStatus } from './herder-port.ts';
import { restartPlan, withRestarting } from './restart-plan.ts';

const status: ConnectorStatus = {
  name: 'x',
  type: 'source',
  connector: { state: 'RUNNING', worker_id: 'a:1' },
  tasks: [
    { id: 0, state: 'RUNNING', worker_id: 'a:1' },
    { id: 1, state: 'FAILED', worker_id: 'b:1', trace: 'boom' },
  ],
};

describe('restart plan', () => {
  it('touches the connector and all tasks with includeTasks', () => {
    assert.deepEqual(restartPlan(status, { includeTasks: true, onlyFailed: false }), {
      connector: true,
      tasks: [0, 1],
    });
  });

  it('touches only what is FAILED with onlyFailed', () => {
    assert.deepEqual(restartPlan(status, { includeTasks: true, onlyFailed: true }), { connector: false, tasks: [1] });
  });

  it('leaves the tasks alone without includeTasks', () => {
    const failed = { ...status, connector: { ...status.connector, state: 'FAILED' as const } };
    assert.deepEqual(restartPlan(failed, { includeTasks: false, onlyFailed: true }), { connector: true, tasks: [] });
  });

  it('shows what is to be restarted as RESTARTING, without its old trace', () => {
    const shown = withRestarting(status, { connector: false, tasks: [1] });
    assert.deepEqual(shown.connector, status.connector);
    assert.deepEqual(shown.tasks, [status.tasks[0], { id: 1, state: 'RESTARTING', worker_id: 'b:1' }]);
  });
});
