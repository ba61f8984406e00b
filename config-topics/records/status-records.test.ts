import assert from 'node:assert/strict';
import { parseJsonBytes } from '../json-text.ts';
import { decodeStatus, statusIdOfKey, statusKey, statusRecord, type Status } from './status-record.ts';
import { decodeTopicStatus, topicStatusOfKey, topicStatusRecord } from './topic-status-record.ts';

const running: Status = {
  state: 'RUNNING',
  trace: null,
  workerId: '10.2.0.7:8083',
  generation: 12,
  version: '2.4.0',
};

describe('records of the status topic', () => {
  it('have the bytes that Connect 4.1 writes', () => {
    const record = statusRecord({ connector: 'inventory-pg', task: 0 }, running);
    assert.equal(record.key, 'status-task-inventory-pg-0');
    assert.equal(
      record.value?.toString(),
      '{"state":"RUNNING","trace":null,"worker_id":"10.2.0.7:8083","generation":12,"version":"2.4.0"}',
    );
    const failed = { ...running, state: 'FAILED', trace: 'a\n\t"b"', version: null, detail: 'copied' } as const;
    assert.equal(
      statusRecord({ connector: 'c' }, failed).value?.toString(),
      '{"state":"FAILED","trace":"a\\n\\t\\"b\\"","worker_id":"10.2.0.7:8083","generation":12,"version":null,"detail":"copied"}',
    );
    assert.deepEqual(statusRecord({ connector: 'c' }, null), { key: 'status-connector-c', value: null });
  });

  it('come back as they were', () => {
    for (const status of [running, { ...running, detail: 'x', trace: 't', version: null }]) {
      const { value } = statusRecord({ connector: 'c' }, status);
      assert.ok(value);
      assert.deepEqual(decodeStatus(parseJsonBytes(value)), status);
    }
  });

  it('of older workers have no version, and more members are no harm', () => {
    const text = '{"state":"PAUSED","trace":null,"worker_id":"w","generation":3,"more":{}}';
    const status = { state: 'PAUSED', trace: null, workerId: 'w', generation: 3, version: null };
    assert.deepEqual(decodeStatus(JSON.parse(text)), status);
  });

  it('without a required member or with an unknown state are none', () => {
    assert.equal(decodeStatus(JSON.parse('{"state":"PAUSED","worker_id":"w"}')), undefined);
    assert.equal(decodeStatus(JSON.parse('{"state":"DONE","worker_id":"w","generation":1}')), undefined);
    assert.equal(decodeStatus(JSON.parse('{"state":"PAUSED","worker_id":"w","generation":1.5}')), undefined);
  });

  it('are found by their keys', () => {
    for (const id of [{ connector: 'a-1' }, { connector: 'a-1', task: 2 }])
      assert.deepEqual(statusIdOfKey(statusKey(id)), id);
    for (const key of ['status-task-a', 'status-connector-', 'status-x']) assert.equal(statusIdOfKey(key), undefined);
  });

  it('tell the topics of a connector', () => {
    const status = { topic: 'inv.public.items', connector: 'a:connector-b', task: 0, discoveredAt: 1767225600123 };
    const { key, value } = topicStatusRecord(status);
    assert.equal(key, 'status-topic-inv.public.items:connector-a:connector-b');
    assert.equal(
      value?.toString(),
      '{"topic":{"name":"inv.public.items","connector":"a:connector-b","task":0,"discoverTimestamp":1767225600123}}',
    );
    assert.deepEqual(topicStatusOfKey(key), { topic: 'inv.public.items', connector: 'a:connector-b' });
    assert.deepEqual(decodeTopicStatus(JSON.parse(value.toString())), status);
    assert.equal(topicStatusOfKey('status-topic-x'), undefined);
    assert.equal(decodeTopicStatus({}), undefined);
  });
});
