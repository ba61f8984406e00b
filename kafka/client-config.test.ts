import assert from 'node:assert/strict';
import { connectorClientConfig } from './client-config.ts';

describe('settings of a connector client', () => {
  const worker = { 'bootstrap.servers': 'a:9092', 'linger.ms': '5', acks: 'all' };

  it("puts the connector's overrides of its kind over the worker's settings", () => {
    const connectorConfig = {
      'producer.override.linger.ms': '1',
      'producer.override.': 'no key',
      'admin.override.acks': '0',
      'linger.ms': '9',
    };
    assert.deepEqual(connectorClientConfig({ kind: 'producer', worker, connector: 'c', task: 2, connectorConfig }), {
      'client.id': 'connector-producer-c-2',
      'bootstrap.servers': 'a:9092',
      'linger.ms': '1',
      acks: 'all',
    });
  });

  it('names the task unless somebody chose a client id', () => {
    const given = { kind: 'admin', connector: 'c', task: 0, connectorConfig: {} } as const;
    assert.equal(connectorClientConfig({ ...given, worker })['client.id'], 'connector-adminclient-c-0');
    assert.equal(connectorClientConfig({ ...given, worker: { 'client.id': 'mine' } })['client.id'], 'mine');
  });
});
