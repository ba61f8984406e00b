import assert from 'node:assert/strict';
import { statusRecord, type Status, type StatusId } from './records/status-record.ts';
import { topicStatusKey, topicStatusRecord } from './records/topic-status-record.ts';
import { mayReplace } from './status-rules.ts';
import { StatusTable, type StatusChange } from './status-table.ts';

const status = (state: Status['state'], workerId: string, generation: number): Status => ({
  state,
  trace: null,
  workerId,
  generation,
  version: null,
});

function apply(table: StatusTable, id: StatusId, value: Status | null): StatusChange | string | undefined {
  const record = statusRecord(id, value);
  return table.apply(record.key, record.value);
}

describe('the table of statuses', () => {
  it('has the newest status of connectors and tasks', () => {
    const table = new StatusTable();
    apply(table, { connector: 'c', task: 10 }, status('RUNNING', 'a', 1));
    apply(table, { connector: 'c', task: 2 }, status('RUNNING', 'a', 1));
    const paused = status('PAUSED', 'b', 2);
    assert.deepEqual(apply(table, { connector: 'c' }, paused), { id: { connector: 'c' }, status: paused });
    assert.deepEqual(table.get({ connector: 'c' }), paused);
    assert.deepEqual(table.tasks('c'), [2, 10]);
    assert.deepEqual(table.connectors(), ['c']);
  });

  it('keeps the statuses of tasks when a tombstone of the connector is read after them', () => {
    const table = new StatusTable();
    apply(table, { connector: 'c', task: 0 }, status('RUNNING', 'a', 9));
    assert.equal(apply(table, { connector: 'c' }, null), undefined);
    assert.equal(table.get({ connector: 'c', task: 0 })?.generation, 9);
    assert.deepEqual(apply(table, { connector: 'c', task: 0 }, null), {
      id: { connector: 'c', task: 0 },
      status: null,
    });
    assert.deepEqual(table.connectors(), []);
  });

  it('does not let a worker that gave work up hide the one that runs it', () => {
    const table = new StatusTable();
    const id = { connector: 'c', task: 0 };
    apply(table, id, status('RUNNING', 'b', 5));
    assert.equal(apply(table, id, status('UNASSIGNED', 'a', 5)), undefined);
    assert.equal(table.get(id)?.state, 'RUNNING');
    apply(table, id, status('UNASSIGNED', 'b', 5));
    assert.equal(table.get(id)?.state, 'UNASSIGNED');
  });

  it('knows the topics of a connector until their tombstones', () => {
    const table = new StatusTable();
    const topic = { topic: 't', connector: 'c', task: 0, discoveredAt: 1 };
    const { key, value } = topicStatusRecord(topic);
    assert.equal(table.apply(key, value), undefined);
    assert.deepEqual(table.topics('c'), [topic]);
    table.apply(topicStatusKey('t', 'c'), null);
    assert.deepEqual(table.topics('c'), []);
  });

  it('says why it ignores a record', () => {
    const table = new StatusTable();
    assert.equal(table.apply('other', null), 'the key is unknown');
    assert.equal(table.apply('status-connector-c', Buffer.from('{')), 'it is no status');
    assert.equal(table.apply('status-topic-t:connector-c', Buffer.from('{}')), 'it is no status of a topic');
  });
});

describe('a safe write of a status', () => {
  it('goes over nothing, over an own status, and over one of no later generation', () => {
    assert.equal(mayReplace(undefined, status('FAILED', 'a', 1)), true);
    assert.equal(mayReplace(status('RUNNING', 'a', 9), status('FAILED', 'a', 1)), true);
    assert.equal(mayReplace(status('RUNNING', 'b', 5), status('FAILED', 'a', 5)), true);
    assert.equal(mayReplace(status('RUNNING', 'b', 6), status('FAILED', 'a', 5)), false);
  });

  it('of UNASSIGNED does not go over the RUNNING of another worker in the same generation', () => {
    assert.equal(mayReplace(status('RUNNING', 'b', 5), status('UNASSIGNED', 'a', 5)), false);
    assert.equal(mayReplace(status('RUNNING', 'b', 4), status('UNASSIGNED', 'a', 5)), true);
    assert.equal(mayReplace(status('FAILED', 'b', 5), status('UNASSIGNED', 'a', 5)), true);
    assert.equal(mayReplace(status('RUNNING', 'a', 5), status('UNASSIGNED', 'a', 5)), true);
  });
});
