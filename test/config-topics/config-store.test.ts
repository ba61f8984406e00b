import assert from 'node:assert/strict';
import type { ForeignRecord } from '../../config-topics/record-writer.ts';
import type { ConfigStore } from '../../config-topics/config-store.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { LEADER_TRANSACTION_TIMEOUT_MS } from '../../config-topics/store-sender.ts';
import { Admin, type Isolation } from '../../kafka/admin.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import { eventually, Opened, soon, uniqueName } from '../kafka/kafka-fixtures.ts';
import { servers } from '../support/servers.ts';
import { configStore, internalTopic, keptLog, transactionalSender } from './store-fixtures.ts';

const config = (version: number): Record<string, string> => ({ version: String(version) });

function hasCode(code: string, text = /./): (error: unknown) => boolean {
  return (error) => error instanceof ConnectorError && error.code === code && text.test(error.message);
}

describe('config store', () => {
  const opened = new Opened();
  let cluster: Cluster;

  beforeEach(() => {
    cluster = opened.cluster(servers().kafka.bootstrap);
  });
  afterEach(() => opened.closeAll());

  async function leaderOf(topic = internalTopic('config'), groupId = uniqueName('group')): Promise<ConfigStore> {
    const { store } = await configStore(opened, cluster, topic, { groupId });
    await store.claimLeader(soon());
    return store;
  }

  it('has read back what it wrote when a write resolves', async () => {
    const store = await leaderOf();
    await store.putConnector('c', config(1), { initialState: 'PAUSED' });
    await store.putTaskConfigs('c', [config(10), config(11)]);
    await store.putTaskCountRecord('c', 2);
    const { connectors } = store.snapshot();
    assert.partialDeepStrictEqual(connectors.get('c'), {
      config: config(1),
      targetState: 'PAUSED',
      tasks: [config(10), config(11)],
      appliedConfig: config(1),
      taskCountRecord: 2,
      pendingFencing: false,
    });
    await store.putTargetState('c', 'STARTED');
    assert.equal(store.snapshot().connectors.get('c')?.targetState, 'STARTED');
    await store.putTaskConfigs('c', []);
    assert.deepEqual(store.snapshot().connectors.get('c')?.tasks, []);
    await store.removeConnector('c');
    assert.equal(store.snapshot().connectors.size, 0);
  });

  it('and another one converge to the same state at the same offset', async () => {
    const topic = internalTopic('config');
    const groupId = uniqueName('group');
    const leader = await leaderOf(topic, groupId);
    const follower = await configStore(opened, cluster, topic, { groupId });
    await leader.putConnector('a', config(1));
    await leader.putTaskConfigs('a', [config(2)]);
    await leader.putConnector('b', config(3));
    await leader.removeConnector('b');
    await follower.store.putTargetState('a', 'PAUSED');
    await leader.putRestart({ connector: 'a', includeTasks: true, onlyFailed: false });
    await leader.putSessionKey({ key: Buffer.from('k'), algorithm: 'HmacSHA256', createdAt: 1 });
    await follower.store.readToEnd(soon());
    assert.deepEqual(follower.store.snapshot(), leader.snapshot());
    const late = await configStore(opened, cluster, topic, { groupId });
    assert.deepEqual(late.store.snapshot(), leader.snapshot());
    assert.deepEqual(late.changes.all, [], 'what is old is no change');
    assert.deepEqual(
      follower.changes.all.map(({ type }) => type),
      [
        ...['connector-updated', 'tasks-committed', 'connector-updated', 'connector-removed'],
        ...['target-state-changed', 'restart-requested', 'session-key-changed'],
      ],
    );
  });

  it('of a leader that was replaced writes nothing more, and says that it can be tried again', async () => {
    const topic = internalTopic('config');
    const groupId = uniqueName('group');
    const old = await leaderOf(topic, groupId);
    await old.putConnector('c', config(1));
    const successor = await leaderOf(topic, groupId);
    const text = /^Failed to write to config topic; this may be due to a transient error and the request can be safely/;
    await assert.rejects(old.putConnector('c', config(2)), hasCode('CONFIG_WRITE_FAILED', text));
    await assert.rejects(old.putConnector('c', config(3)), hasCode('CONFIG_WRITE_FAILED', /without having claimed/));
    await successor.putConnector('d', config(4));
    assert.deepEqual(successor.snapshot().connectors.get('c')?.config, config(1));
    // What any worker may write, it still may.
    await old.putTargetState('c', 'PAUSED');
    await old.claimLeader(soon());
    await old.putConnector('c', config(5));
    await assert.rejects(successor.putConnector('d', config(6)), hasCode('CONFIG_WRITE_FAILED', text));
  });

  it('does not see what a leader that died in a transaction has half written, and waits for no time-out', async () => {
    const topic = internalTopic('config');
    const groupId = uniqueName('group');
    const successor = await leaderOf(topic, groupId);
    await successor.putConnector('c', config(1));
    await successor.releaseLeader();
    const dying = await transactionalSender(opened, cluster, `connect-cluster-${groupId}`);
    const target = await dying.topic(topic.name, { signal: soon() });
    target.append(recordOf(Buffer.from('connector-c'), Buffer.from('{"properties":{"version":"2"}}')));
    const admin = new Admin(cluster);
    const end = async (isolation: Isolation): Promise<bigint> =>
      (await admin.endOffsets(topic.name, isolation, soon())).get(0) ?? -1n;
    await eventually('open transaction', async () => (await end('read_uncommitted')) > (await end('read_committed')));

    await successor.claimLeader(soon());
    await successor.putConnector('d', config(3));
    assert.deepEqual(successor.snapshot().connectors.get('c')?.config, config(1));
  }).timeout(LEADER_TRANSACTION_TIMEOUT_MS);

  it('voids the tasks of a deleted connector before it creates another one of its name', async () => {
    const topic = internalTopic('config');
    const store = await leaderOf(topic);
    await store.putConnector('c', config(1));
    await store.putTaskConfigs('c', [config(2)]);
    await store.removeConnector('c');
    await store.putConnector('c', config(3));
    assert.deepEqual(store.snapshot().connectors.get('c')?.tasks, []);
    const log = await opened.reader(cluster, topic.name);
    await log.reader.readToEnd(soon());
    assert.deepEqual(log.texts.slice(1), [
      'connector-c={"properties":{"version":"1"}}',
      'task-c-0={"properties":{"version":"2"}}',
      'commit-c={"tasks":1}',
      'connector-c=null',
      'target-state-c=null',
      'commit-c={"tasks":0}',
      'connector-c={"properties":{"version":"3"}}',
    ]);
  });

  it('without exactly-once writes without transactions and needs no claim', async () => {
    const { store } = await configStore(opened, cluster, internalTopic('config'), { transactional: false });
    await store.claimLeader(soon());
    await store.putConnector('c', config(1));
    await store.putTaskConfigs('c', [config(2)]);
    assert.deepEqual(store.snapshot().connectors.get('c')?.tasks, [config(2)]);
    await store.releaseLeader();
  });

  it('of a second group is refused on the same topic, and the first one hears of nothing', async () => {
    const topic = internalTopic('config');
    const first = await configStore(opened, cluster, topic, { groupId: 'first' });
    const second = configStore(opened, cluster, topic, { groupId: 'second' });
    await assert.rejects(second, hasCode('GROUP_FOREIGN', /of the group 'first'.*the group 'second'/));
    await first.store.readToEnd(soon());
    assert.deepEqual(first.changes.all, []);
    assert.equal(first.store.snapshot().marker?.groupId, 'first');
  });

  it('reports a group that writes its marker while this one runs', async () => {
    const topic = internalTopic('config');
    const foreign: ForeignRecord[] = [];
    const { changes } = await configStore(opened, cluster, topic, {
      groupId: 'first',
      onForeign: (record) => foreign.push(record),
    });
    const producer = await opened.producer(servers().kafka.bootstrap);
    const value = '{"cluster-id":"x","group-id":"second"}';
    const headers = { millrace: 'second' };
    await producer.send({ topic: topic.name, messages: [{ key: 'millrace-cluster', value, headers }] });
    await changes.seen(({ type }) => type === 'marker-changed');
    assert.deepEqual(foreign, [{ topic: topic.name, key: 'millrace-cluster', group: 'second' }]);
  });

  it('starts on what a Java cluster has left, unknown records included', async () => {
    const topic = internalTopic('config');
    const producer = await opened.producer(servers().kafka.bootstrap);
    await configStore(opened, cluster, topic).then(({ store }) => store.close());
    const messages = [
      { key: 'session-key', value: '{"key":"AQL/","algorithm":"HmacSHA256","creation-timestamp":1767225600123}' },
      { key: 'connector-inv', value: '{"properties":{"name":"inv","tasks.max":"1"}}' },
      { key: 'task-inv-0', value: '{"properties":{"task.class":"x"}}' },
      { key: 'commit-inv', value: '{"tasks":1}' },
      { key: 'target-state-inv', value: '{"state":"PAUSED","state.v2":"STOPPED"}' },
      { key: 'new-in-some-version', value: '{}' },
    ];
    await producer.send({ topic: topic.name, messages });
    const log = keptLog();
    const { store } = await configStore(opened, cluster, topic, { log });
    assert.partialDeepStrictEqual(store.snapshot().connectors.get('inv'), {
      targetState: 'STOPPED',
      tasks: [{ 'task.class': 'x' }],
    });
    assert.match(log.lines.join('\n'), /ignoring a record of the config topic.*new-in-some-version/);
  });

  it('refuses writes once it is closed', async () => {
    const store = await leaderOf();
    await store.close();
    await assert.rejects(store.putConnector('c', config(1)));
    await assert.rejects(store.putTargetState('c', 'PAUSED'));
  });
});
