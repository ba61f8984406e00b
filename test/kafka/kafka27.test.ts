import assert from 'node:assert/strict';
import { Admin } from '../../kafka/admin.ts';
import { servers } from '../support/servers.ts';
import { newTopic, Opened, soon, uniqueName } from './kafka-fixtures.ts';
import { LoggedMember } from './member-log.ts';

describe('Kafka 2.7, the oldest supported broker', () => {
  const opened = new Opened();
  let bootstrap: string;

  before(async () => {
    bootstrap = (await servers().kafka27()).bootstrap;
  });
  afterEach(() => opened.closeAll());

  it('speaks the versions that it knows', async () => {
    const cluster = opened.cluster(bootstrap);
    const broker = await cluster.any({ signal: soon() });
    assert.equal(broker.version(3, 9, 12), 9); // Metadata
    assert.equal(broker.version(1, 12, 17), 12); // Fetch
    assert.throws(() => broker.version(1, 13, 17), { code: 'KAFKA_BROKER_TOO_OLD' });
    assert.match(await cluster.clusterId({ signal: soon() }), /^\S{22}$/);
  });

  it('creates topics, describes them and finds both kinds of coordinators', async () => {
    const cluster = opened.cluster(bootstrap);
    const admin = new Admin(cluster);
    const name = uniqueName('topic');
    const topic = { name, partitions: 3, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } };
    assert.deepEqual(await admin.createTopic(topic, soon()), { created: true });
    assert.deepEqual(await admin.createTopic(topic, soon()), { created: false });
    assert.equal((await admin.topicConfigs(name, soon())).get('cleanup.policy'), 'compact');
    assert.equal((await admin.endOffsets(name, 'read_committed', soon())).size, 3);
    assert.equal((await cluster.coordinator('group', 'g', { signal: soon() })).port, Number(bootstrap.split(':')[1]));
    assert.equal(
      (await cluster.coordinator('transaction', 't', { signal: soon() })).nodeId,
      (await cluster.controller({ signal: soon() })).nodeId,
    );
    await assert.rejects(admin.createTopic({ ...topic, name: 'x', replicationFactor: 3 }, soon()), /has 1 broker/);
  });

  it('gives a read_committed log reader its records without the aborted ones', async () => {
    const cluster = opened.cluster(bootstrap);
    const topic = await newTopic(cluster, { 'cleanup.policy': 'compact' });
    const producer = await opened.producer(bootstrap, uniqueName('tx'));
    const kept = await producer.transaction();
    await kept.send({ topic, messages: [{ key: 'k', value: 'kept' }] });
    await kept.commit();
    const dropped = await producer.transaction();
    await dropped.send({ topic, messages: [{ key: 'k', value: 'dropped' }] });
    await dropped.abort();
    const read = await opened.reader(cluster, topic);
    await read.reader.readToEnd(soon());
    assert.deepEqual(read.texts, ['k=kept']);
    const next = await producer.transaction();
    await next.send({ topic, messages: [{ key: 'k', value: 'tailed' }] });
    await next.commit();
    await read.value('tailed');
  });

  it('carries a group of two members', async () => {
    const cluster = opened.cluster(bootstrap);
    const group = uniqueName('group');
    const a = new LoggedMember('a', { cluster, group, sessionTimeoutMs: 6000 });
    opened.add(() => a.member.leave());
    await a.assigned('a of a');
    const b = new LoggedMember('b', { cluster: opened.cluster(bootstrap), group, sessionTimeoutMs: 6000 });
    opened.add(() => b.member.leave());
    const { generation } = await b.assigned('b of a,b');
    await a.assigned('a of a,b');
    await b.events.next('beat', (beat) => beat.generation === generation);
    await a.member.leave();
    await b.assigned('b of b');
    assert.deepEqual(b.events.of('lost'), []);
  });
});
