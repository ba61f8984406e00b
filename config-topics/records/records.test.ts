import assert from 'node:assert/strict';
import { clusterMarkerRecord } from './cluster-marker-record.ts';
import { commitRecord } from './commit-record.ts';
import { decodeConfigRecord } from './config-record.ts';
import { connectorRecord } from './connector-record.ts';
import { loggerRecord } from './logger-record.ts';
import { restartRecord } from './restart-record.ts';
import { sessionKeyRecord } from './session-key-record.ts';
import type { StoredRecord } from './stored-record.ts';
import { targetStateRecord } from './target-state-record.ts';
import { taskCountRecord } from './task-count-record.ts';
import { taskRecord } from './task-record.ts';

const connector = 'inventory-pg';
const createdAt = 1767225600123;

/** What is written, the exact bytes, and what comes back. */
const written: readonly (readonly [string, StoredRecord, string, string, object])[] = [
  [
    'a connector',
    connectorRecord(connector, { name: connector, 'table.include.list': 'public\\.größe' }),
    'connector-inventory-pg',
    '{"properties":{"name":"inventory-pg","table.include.list":"public\\\\.größe"}}',
    { kind: 'connector', connector, config: { name: connector, 'table.include.list': 'public\\.größe' } },
  ],
  [
    'a task',
    taskRecord(connector, 11, { 'task.class': 'x' }),
    'task-inventory-pg-11',
    '{"properties":{"task.class":"x"}}',
    { kind: 'task', connector, task: 11, config: { 'task.class': 'x' } },
  ],
  [
    'a commit',
    commitRecord(connector, 3),
    'commit-inventory-pg',
    '{"tasks":3}',
    { kind: 'commit', connector, tasks: 3 },
  ],
  [
    'a target state',
    targetStateRecord(connector, 'PAUSED'),
    'target-state-inventory-pg',
    '{"state":"PAUSED","state.v2":"PAUSED"}',
    { kind: 'target-state', connector, state: 'PAUSED' },
  ],
  [
    'STOPPED, which old workers read as PAUSED',
    targetStateRecord(connector, 'STOPPED'),
    'target-state-inventory-pg',
    '{"state":"PAUSED","state.v2":"STOPPED"}',
    { kind: 'target-state', connector, state: 'STOPPED' },
  ],
  [
    'a restart request',
    restartRecord({ connector, includeTasks: true, onlyFailed: false }),
    'restart-connector-inventory-pg',
    '{"include-tasks":true,"only-failed":false}',
    { kind: 'restart', request: { connector, includeTasks: true, onlyFailed: false } },
  ],
  [
    'a session key',
    sessionKeyRecord({ key: Buffer.from([1, 2, 255]), algorithm: 'HmacSHA256', createdAt }),
    'session-key',
    '{"key":"AQL/","algorithm":"HmacSHA256","creation-timestamp":1767225600123}',
    { kind: 'session-key', key: { key: Buffer.from([1, 2, 255]), algorithm: 'HmacSHA256', createdAt } },
  ],
  [
    'a task count',
    taskCountRecord(connector, 3),
    'tasks-fencing-inventory-pg',
    '{"task-count":3}',
    { kind: 'task-count', connector, count: 3 },
  ],
  [
    'a logger level',
    loggerRecord('org.example', 'DEBUG'),
    'logger-cluster-org.example',
    '{"level":"DEBUG"}',
    { kind: 'logger', namespace: 'org.example', level: 'DEBUG' },
  ],
  [
    'our own marker',
    clusterMarkerRecord({ clusterId: 'MkU3', groupId: 'cdc' }),
    'millrace-cluster',
    '{"cluster-id":"MkU3","group-id":"cdc"}',
    { kind: 'marker', marker: { clusterId: 'MkU3', groupId: 'cdc' } },
  ],
];

const read = (key: string, value: string | null): unknown =>
  decodeConfigRecord(key, value === null ? null : Buffer.from(value));

describe('records of the config topic', () => {
  for (const [what, record, key, value, decoded] of written)
    it(`have the bytes that Connect writes: ${what}`, () => {
      assert.deepEqual([record.key, record.value?.toString()], [key, value]);
      assert.deepEqual(decodeConfigRecord(record.key, record.value), decoded);
    });

  it('delete a connector and its target state with tombstones', () => {
    assert.deepEqual(connectorRecord('c', null), { key: 'connector-c', value: null });
    assert.deepEqual(targetStateRecord('c', null), { key: 'target-state-c', value: null });
    assert.deepEqual(read('connector-c', null), { kind: 'connector', connector: 'c', config: null });
    assert.deepEqual(read('target-state-c', null), { kind: 'target-state', connector: 'c', state: null });
  });

  it('of workers before 3.5 say the target state in one member', () => {
    const state = { kind: 'target-state', connector: 'c', state: 'PAUSED' };
    assert.deepEqual(read('target-state-c', '{"state":"PAUSED"}'), state);
    assert.deepEqual(read('target-state-c', '{"state":"PAUSED","state.v2":7}'), state);
  });

  it('name the task behind the last hyphen', () => {
    assert.deepEqual(read('task-a-1-2', '{"properties":{}}'), { kind: 'task', connector: 'a-1', task: 2, config: {} });
  });

  it('with values by hand are read as text', () => {
    const config = { 'tasks.max': '2', on: 'true', big: '9007199254740993' };
    const value = '{"properties":{"tasks.max":2,"on":true,"big":9007199254740993,"none":null}}';
    assert.deepEqual(read('connector-c', value), { kind: 'connector', connector: 'c', config });
  });

  it('that make no sense are left alone with a reason that shows nothing of the value', () => {
    for (const [key, value] of [
      ['connector-c', '{"properties":["secret"]}'],
      ['connector-c', '"secret"'],
      ['connector-c', '{"properties":{"a":{"b":"secret"}}}'],
      ['connector-c', 'secret'],
      ['task-c', '{"properties":{}}'],
      ['task-c-0', null],
      ['commit-c', '{"tasks":"secret"}'],
      ['commit-c', '{"tasks":-1}'],
      ['commit-c', null],
      ['target-state-c', '{"state":"secret"}'],
      ['restart-connector-c', 'null'],
      ['session-key', '{"key":"secret"}'],
      ['session-key', null],
      ['tasks-fencing-c', '{}'],
      ['logger-cluster-x', '{"level":7}'],
      ['millrace-cluster', '{}'],
      ['something-else', '{}'],
    ] as const) {
      const record = decodeConfigRecord(key, value === null ? null : Buffer.from(value));
      assert.equal(record.kind, 'ignored', `${key} ${value ?? 'null'}`);
      assert.doesNotMatch(JSON.stringify(record), /secret/);
    }
    assert.equal(decodeConfigRecord('connector-c', Buffer.from([0xff])).kind, 'ignored');
  });
});
