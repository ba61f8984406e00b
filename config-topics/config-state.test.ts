import assert from 'node:assert/strict';
import type { ConfigChange, ConnectorConfigState } from './config-snapshot.ts';
import { ConfigState } from './config-state.ts';
import { commitRecord } from './records/commit-record.ts';
import { decodeConfigRecord } from './records/config-record.ts';
import { connectorRecord } from './records/connector-record.ts';
import { restartRecord } from './records/restart-record.ts';
import type { StoredRecord } from './records/stored-record.ts';
import { targetStateRecord } from './records/target-state-record.ts';
import { taskCountRecord } from './records/task-count-record.ts';
import { taskRecord } from './records/task-record.ts';

const v = (version: number): Record<string, string> => ({ version: String(version) });

/** Replays records with offsets 0, 1, … and goes live. */
function replayed(...records: readonly StoredRecord[]): ConfigState {
  const state = new ConfigState();
  records.forEach(({ key, value }, offset) => state.apply(decodeConfigRecord(key, value), BigInt(offset)));
  state.goLive();
  return state;
}

function live(state: ConfigState, { key, value }: StoredRecord): ConfigChange | undefined {
  return state.apply(decodeConfigRecord(key, value), state.offset < 0n ? 0n : state.offset);
}

function entry(state: ConfigState, connector: string): ConnectorConfigState {
  const found = state.snapshot().connectors.get(connector);
  assert.ok(found, `connector ${connector} exists`);
  return found;
}

describe('the state in the config topic', () => {
  it('is nothing at offset -1 before the first record', () => {
    const { offset, connectors } = new ConfigState().snapshot();
    assert.deepEqual([offset, connectors.size], [-1n, 0]);
  });

  it('counts offsets as last record + 1, gaps and unknown records included', () => {
    const state = new ConfigState();
    state.apply(decodeConfigRecord('unknown', null), 41n);
    assert.equal(state.snapshot().offset, 42n);
  });

  it('has tasks only once they are committed, all at once', () => {
    const state = replayed(connectorRecord('c', v(1)), taskRecord('c', 0, v(10)), taskRecord('c', 1, v(11)));
    assert.deepEqual(entry(state, 'c').tasks, []);
    assert.equal(entry(state, 'c').taskGeneration, undefined);
    assert.deepEqual(live(state, commitRecord('c', 2)), { type: 'tasks-committed', connector: 'c' });
    const { tasks, appliedConfig, pendingFencing, taskGeneration } = entry(state, 'c');
    assert.deepEqual(tasks, [v(10), v(11)]);
    assert.deepEqual([appliedConfig, pendingFencing, taskGeneration], [v(1), true, 3n]);
  });

  it('needs fencing from a commit until its task count record', () => {
    const state = replayed(connectorRecord('c', v(1)), taskRecord('c', 0, v(1)), commitRecord('c', 1));
    live(state, taskCountRecord('c', 1));
    assert.deepEqual([entry(state, 'c').pendingFencing, entry(state, 'c').taskCountRecord], [false, 1]);
    live(state, commitRecord('c', 0));
    assert.deepEqual([entry(state, 'c').pendingFencing, entry(state, 'c').taskCountRecord], [true, 1]);
  });

  it('keeps the tasks of a connector whose record was rewritten behind its commit and compacted (KAFKA-17719)', () => {
    const state = replayed(taskRecord('c', 0, v(10)), commitRecord('c', 1), connectorRecord('c', v(2)));
    assert.deepEqual(entry(state, 'c').tasks, [v(10)]);
    assert.equal(entry(state, 'c').appliedConfig, undefined, 'nobody can know what they were generated from');
  });

  it('drops the tasks of a connector that does not come, so that a later one of its name starts without', () => {
    const state = replayed(taskRecord('c', 0, v(10)), commitRecord('c', 1));
    live(state, connectorRecord('c', v(2)));
    assert.deepEqual(entry(state, 'c').tasks, []);
  });

  it('drops the tasks of a deleted connector, committed and deferred', () => {
    const state = replayed(
      ...[connectorRecord('c', v(1)), taskRecord('c', 0, v(10)), commitRecord('c', 1), taskRecord('c', 0, v(11))],
      ...[connectorRecord('c', null), targetStateRecord('c', null)],
    );
    assert.equal(state.snapshot().connectors.size, 0);
    assert.equal(state.hasTasksOfFormerLife('c'), true);
    live(state, commitRecord('c', 0));
    assert.equal(state.hasTasksOfFormerLife('c'), false);
    live(state, connectorRecord('c', v(2)));
    assert.deepEqual(entry(state, 'c').tasks, []);
    live(state, commitRecord('c', 1));
    assert.equal(entry(state, 'c').inconsistent, true);
  });

  it('is inconsistent after a commit whose tasks are not all there, until the next complete set', () => {
    const state = replayed(connectorRecord('c', v(1)), taskRecord('c', 1, v(11)), commitRecord('c', 2));
    assert.equal(entry(state, 'c').inconsistent, true);
    assert.deepEqual(entry(state, 'c').tasks, []);
    live(state, taskRecord('c', 0, v(20)));
    live(state, commitRecord('c', 1));
    assert.deepEqual([entry(state, 'c').inconsistent, entry(state, 'c').tasks], [false, [v(20)]]);
  });

  it('survives a commit of an absurd number of tasks', () => {
    const state = replayed(connectorRecord('c', v(1)), commitRecord('c', 2_000_000_000));
    assert.equal(entry(state, 'c').inconsistent, true);
  });

  it('means STARTED without a target state, and again after its tombstone', () => {
    const state = replayed(connectorRecord('c', v(1)), targetStateRecord('c', 'STOPPED'));
    assert.equal(entry(state, 'c').targetState, 'STOPPED');
    live(state, targetStateRecord('c', null));
    assert.equal(entry(state, 'c').targetState, 'STARTED');
  });

  it('tells changes of target states only when they are changes of connectors that exist', () => {
    const state = replayed();
    assert.equal(live(state, targetStateRecord('c', 'PAUSED')), undefined);
    assert.deepEqual(live(state, connectorRecord('c', v(1))), { type: 'connector-updated', connector: 'c' });
    assert.equal(live(state, targetStateRecord('c', 'PAUSED')), undefined);
    const change = { type: 'target-state-changed', connector: 'c', state: 'STARTED' };
    assert.deepEqual(live(state, targetStateRecord('c', 'STARTED')), change);
    assert.deepEqual(live(state, connectorRecord('c', null)), { type: 'connector-removed', connector: 'c' });
  });

  it('tells an update even when nothing in it is new', () => {
    const state = replayed(connectorRecord('c', v(1)));
    assert.deepEqual(live(state, connectorRecord('c', v(1))), { type: 'connector-updated', connector: 'c' });
  });

  it('does not repeat restart requests of the past', () => {
    const request = restartRecord({ connector: 'c', includeTasks: true, onlyFailed: false });
    const state = new ConfigState();
    assert.equal(live(state, request), undefined);
    state.goLive();
    assert.deepEqual(live(state, request), {
      type: 'restart-requested',
      connector: 'c',
      includeTasks: true,
      onlyFailed: false,
    });
  });

  it('gives snapshots that later records do not change', () => {
    const state = replayed(connectorRecord('c', v(1)));
    const before = state.snapshot();
    assert.equal(state.snapshot(), before);
    live(state, connectorRecord('c', v(2)));
    assert.deepEqual(before.connectors.get('c')?.config, v(1));
    assert.deepEqual(entry(state, 'c').config, v(2));
  });
});
