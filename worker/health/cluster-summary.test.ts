import assert from 'node:assert/strict';
import type { ConnectorStatus } from '../herder/herder-port.ts';
import { clusterSummary } from './cluster-summary.ts';
import { bodyOfTask, type TaskBody } from './task-body.ts';
import { TaskHistory } from './task-history.ts';
import type { WorkerBody } from './worker-body.ts';

const at = { now: 1000, epochMs: 50_000 };

function failedTask(connector: string, lastMs: number, restartAt?: number): TaskBody {
  const history = new TaskHistory(0);
  history.failed({ code: 'HOST_DIED', message: 'gone', trace: '', fencing: false, retry: 'automatic' }, lastMs);
  history.entered(restartAt === undefined ? 'failed' : 'waiting', 10);
  if (restartAt !== undefined) history.waitsFor({ atMs: restartAt, attempt: 2, left: 3 });
  return bodyOfTask({ connector, task: 0, workerId: 'w:1' }, history.snapshot(at, 60_000));
}

function worker(...tasks: TaskBody[]): WorkerBody {
  return { worker_id: 'w:1', url: 'http://w:1', version: '1', rss_bytes: 1, connectors: [], hosts: [], tasks };
}

function status(name: string, state: 'RUNNING' | 'FAILED', taskState = state): ConnectorStatus {
  const instance = { state, worker_id: 'w:1', trace: 'CODE: why\nmore' };
  return { name, connector: instance, tasks: [{ id: 0, ...instance, state: taskState }], type: 'source' };
}

const none = {
  nowMs: 1,
  group: 'g',
  leaderUrl: 'http://w:1',
  askedAll: true,
  answers: [],
  statuses: [],
  leftSlots: [],
} as const;

describe('the summary of a cluster', () => {
  it('puts what fails and what comes next first, newest failure and nearest restart on top', () => {
    const tasks = [failedTask('a', 100, 9000), failedTask('b', 300), failedTask('c', 200, 7000)];
    const summary = clusterSummary({ ...none, answers: [{ answered: true, body: worker(...tasks) }] });
    assert.deepEqual(
      summary.next_restarts.map(({ connector, at: due, attempt, left }) => [connector, due, attempt, left]),
      [
        ['c', 7000, 2, 3],
        ['a', 9000, 2, 3],
      ],
    );
    assert.deepEqual(
      summary.last_failures.map(({ connector }) => connector),
      ['b', 'c', 'a'],
    );
    assert.equal(summary.failing.length, 3);
    assert.match(summary.failing[0]?.failure?.hint ?? '', /process that ran the task ended/);
  });

  it('counts connectors and tasks by Connect’s states, and names connectors whose instance failed', () => {
    const { connectors, tasks } = clusterSummary({
      ...none,
      statuses: [status('a', 'RUNNING'), status('b', 'FAILED', 'RUNNING'), status('c', 'RUNNING', 'FAILED')],
    });
    assert.deepEqual(connectors.by_state, { RUNNING: 2, FAILED: 1 });
    assert.deepEqual(connectors.failed, [{ connector: 'b', worker_id: 'w:1', reason: 'CODE: why' }]);
    assert.deepEqual(tasks.by_state, { RUNNING: 2, FAILED: 1 });
  });

  it('is complete only when every worker was asked and has answered', () => {
    const answered = { answered: true, body: worker() } as const;
    const silent = { answered: false, workerId: 'w:2', url: 'http://w:2', reason: 'late' } as const;
    assert.equal(clusterSummary({ ...none, answers: [answered] }).complete, true);
    assert.equal(clusterSummary({ ...none, answers: [answered], askedAll: false }).complete, false);
    const partial = clusterSummary({ ...none, answers: [answered, silent] });
    assert.equal(partial.complete, false);
    assert.deepEqual(partial.workers[1], { worker_id: 'w:2', url: 'http://w:2', answered: false, reason: 'late' });
  });
});
