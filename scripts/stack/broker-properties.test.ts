import assert from 'node:assert/strict';
import { brokerProperties, type BrokerLayout } from './broker-properties.ts';

function layout(nodeId: number): BrokerLayout {
  return { nodeId, clientPort: 20_000 + nodeId, controllerPort: 21_000 + nodeId, proxy: undefined };
}

describe('properties of a broker', () => {
  it('three brokers form one quorum and keep three copies, two of them in sync', () => {
    const nodes = [1, 2, 3].map(layout);
    const properties = brokerProperties(layout(2), nodes);
    assert.equal(properties['controller.quorum.voters'], '1@127.0.0.1:21001,2@127.0.0.1:21002,3@127.0.0.1:21003');
    assert.equal(properties['node.id'], '2');
    assert.equal(properties['default.replication.factor'], '3');
    assert.equal(properties['transaction.state.log.replication.factor'], '3');
    assert.equal(properties['min.insync.replicas'], '2');
    assert.equal(properties['unclean.leader.election.enable'], 'false');
  });

  it('a broker alone asks for no copies', () => {
    const properties = brokerProperties(layout(1), [layout(1)]);
    assert.equal(properties['offsets.topic.replication.factor'], '1');
    assert.equal(properties['transaction.state.log.min.isr'], '1');
  });

  it('a proxy is advertised on a listener of its own, beside the direct one', () => {
    const node = { ...layout(1), proxy: { listenPort: 22_001, advertisedPort: 30_000 } };
    const properties = brokerProperties(node, [node]);
    assert.match(properties['listeners'] ?? '', /PLAINTEXT:\/\/127\.0\.0\.1:20001,.*PROXY:\/\/127\.0\.0\.1:22001/);
    assert.equal(properties['advertised.listeners'], 'PLAINTEXT://127.0.0.1:20001,PROXY://127.0.0.1:30000');
  });
});
