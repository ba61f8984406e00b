import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import { Admin } from '../../kafka/admin.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import type { KafkaCluster } from '../../scripts/stack/kafka-cluster.ts';
import { servers } from '../support/servers.ts';
import { eventually, newTopic, Opened, soon, uniqueName } from './kafka-fixtures.ts';
import { LoggedMember } from './member-log.ts';

const METADATA = 3;
const allReplicas = { 'min.insync.replicas': '2' };

/** Counts the requests of a kind that leave this process while the work runs. */
async function requests(apiKey: number, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const onStart = (message: unknown): void => {
    if (typeof message === 'object' && message !== null && 'apiKey' in message && message.apiKey === apiKey) count += 1;
  };
  const channel = tracingChannel('plt:kafka:connections:api').start;
  channel.subscribe(onStart);
  try {
    await work();
    return count;
  } finally {
    channel.unsubscribe(onStart);
  }
}

describe('cluster of three brokers', () => {
  const opened = new Opened();
  let kafka: KafkaCluster;

  before(async () => {
    kafka = await servers().stack.start('kafka3', { as: 'kafka3-cluster', heap: '400m' });
  });
  after(() => servers().stack.stop('kafka3-cluster'));
  afterEach(async () => {
    await opened.closeAll();
    for (const broker of kafka.brokers) if (!broker.running) await broker.restart();
  });

  async function leaderOf(cluster: Cluster, topic: string): Promise<number> {
    return (await cluster.leader(topic, 0, { signal: soon(), refresh: true })).nodeId;
  }

  it('a new topic is known at once, whichever broker is asked', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    for (let round = 0; round < 5; round += 1) {
      const topic = await newTopic(cluster, allReplicas, { partitions: 6 });
      const others = kafka.brokers.map(({ bootstrap }) => opened.cluster(bootstrap));
      const found = await Promise.all(others.map((other) => other.topic(topic, { signal: soon() })));
      for (const { partitions } of found) assert.equal(partitions.size, 6);
    }
  });

  it('calls at the same time share one metadata request, and refresh really asks', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const ask = (refresh: boolean) => cluster.topic(topic, { signal: soon(), refresh });
    assert.equal(await requests(METADATA, () => ask(false)), 0, 'known');
    assert.equal(await requests(METADATA, () => Promise.all(Array.from({ length: 10 }, () => ask(true)))), 1);
    assert.equal(await requests(METADATA, () => ask(true)), 1);
  });

  it('one caller that gives up does not end the request of the others', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const reason = new Error('given up');
    const impatient = new AbortController();
    const first = cluster.topic(topic, { signal: impatient.signal, refresh: true });
    const second = cluster.topic(topic, { signal: soon(), refresh: true });
    impatient.abort(reason);
    await assert.rejects(first, reason);
    assert.equal((await second).name, topic);
  });

  it('shares one connection per broker', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const asked = await Promise.all([1, 1, 1].map((nodeId) => cluster.broker(nodeId, { signal: soon() })));
    assert.equal(new Set(asked.map(({ connection }) => connection)).size, 1);
    const own = await cluster.dedicated(1, { requestTimeoutMs: 1000, signal: soon() });
    assert.notEqual(own.connection, asked[0]?.connection);
  });

  it('finds the new leader after a kill, and a log reader goes on with it', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster, allReplicas);
    const leader = await leaderOf(cluster, topic);
    const survivor = kafka.brokers.find(({ nodeId }) => nodeId !== leader);
    const producer = await opened.producer(survivor?.bootstrap ?? '');
    await producer.send({ topic, messages: [{ value: 'before' }] });
    const read = await opened.reader(cluster, topic);
    await read.value('before');
    await kafka.broker(leader).kill('SIGKILL');
    await eventually('another leader', async () => (await leaderOf(cluster, topic)) !== leader);
    await producer.send({ topic, messages: [{ value: 'after' }] });
    await read.value('after');
    await read.reader.readToEnd(soon());
    assert.deepEqual(read.texts, ['-=before', '-=after']);
  });

  it('passes over a broker that is frozen', async () => {
    const [frozen, ...others] = kafka.brokers;
    assert.ok(frozen);
    const cluster = opened.cluster(kafka.bootstrap, { 'socket.connection.setup.timeout.ms': '2000' });
    const topic = await newTopic(cluster);
    for (const { nodeId } of others) await cluster.broker(nodeId, { signal: soon() });
    await frozen.kill('SIGSTOP');
    try {
      for (let round = 0; round < 4; round += 1) await cluster.topic(topic, { signal: soon(20_000), refresh: true });
      const fresh = opened.cluster(kafka.bootstrap, { 'socket.connection.setup.timeout.ms': '2000' });
      await fresh.clusterId({ signal: soon(20_000) });
    } finally {
      await frozen.kill('SIGCONT');
    }
  });

  it('goes on after all brokers were down', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster, allReplicas);
    await Promise.all(kafka.brokers.map((broker) => broker.kill('SIGKILL')));
    await assert.rejects(cluster.topic(topic, { signal: soon(1000), refresh: true }), {
      code: 'KAFKA_UNREACHABLE',
      message: /not done in time; 127\.0\.0\.1:\d+: connect ECONNREFUSED/,
    });
    const waiting = cluster.topic(topic, { signal: soon(60_000), refresh: true });
    await Promise.all(kafka.brokers.map((broker) => broker.restart()));
    assert.equal((await waiting).name, topic);
  });

  it('a group goes on after its coordinator was killed, without a member being lost', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const group = uniqueName('group');
    const members = ['a', 'b'].map((name) => {
      const logged = new LoggedMember(name, { cluster, group, sessionTimeoutMs: 20_000 });
      opened.add(() => logged.member.leave());
      return logged;
    });
    const [a, b] = members;
    assert.ok(a && b);
    await Promise.all([a.assigned('a of a,b'), b.assigned('b of a,b')]);
    const coordinator = await cluster.coordinator('group', group, { signal: soon() });
    await kafka.broker(coordinator.nodeId).kill('SIGKILL');
    const now = Number(process.hrtime.bigint()) / 1e6;
    for (const { events } of members) await events.next('beat', ({ at }) => at > now);
    assert.notEqual((await cluster.coordinator('group', group, { signal: soon() })).nodeId, coordinator.nodeId);
    for (const { events } of members) assert.deepEqual([...events.of('lost'), ...events.of('failed')], []);
    // The new coordinator describes what its log has committed, which may lag behind what it knows of its members.
    const admin = new Admin(cluster);
    await eventually('both members', async () => (await admin.describeGroup(group, soon())).members.length === 2);
  });
});
