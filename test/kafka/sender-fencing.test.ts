import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';
import { Admin } from '../../kafka/admin.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import type { Sender, SenderOptions, TopicSender } from '../../kafka/sender/sender.ts';
import { servers } from '../support/servers.ts';
import { readToEnd } from './sender-audit.ts';
import { clusterOf, createTopics, openSender, topicName } from './sender-fixture.ts';

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

describe('sender and its predecessors', () => {
  let kafka: KafkaBroker;
  let cluster: Cluster;
  let admin: Admin;

  before(async () => {
    // Looks for expired transactions often, not every 10 s.
    const config = { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '100' };
    kafka = await servers().stack.start('kafka', { as: 'kafka-sender-fencing', config });
    cluster = clusterOf(kafka.bootstrap);
    admin = new Admin(cluster);
  });

  after(async () => {
    await cluster.close();
    await kafka.close();
  });

  async function open(topic: string, options: Partial<SenderOptions> = {}): Promise<[Sender, TopicSender]> {
    const sender = await openSender(cluster, { transactionalId: topic, ...options });
    return [sender, await sender.topic(topic, { signal: soon() })];
  }

  async function values(topic: string): Promise<(string | undefined)[]> {
    const found: (string | undefined)[] = [];
    await readToEnd(kafka.bootstrap, topic, ({ value }) => found.push(value?.toString()));
    return found;
  }

  async function written(topic: string): Promise<bigint> {
    return (await admin.endOffsets(topic, 'read_uncommitted', soon())).get(0) ?? 0n;
  }

  it('fences a zombie when a new owner takes over', async () => {
    const topic = topicName('zombie');
    await createTopics(kafka.bootstrap, { [topic]: 1 });
    const [zombie, zombieRecords] = await open(topic);
    zombieRecords.append(recordOf(Buffer.from('a'), Buffer.from('zombie, committed')));
    await zombie.commit([]);
    zombieRecords.append(recordOf(Buffer.from('a'), Buffer.from('zombie, open')));
    while ((await written(topic)) < 3n);
    const [owner, ownerRecords] = await open(topic);
    ownerRecords.append(recordOf(Buffer.from('a'), Buffer.from('owner')));
    await owner.commit([]);
    await assert.rejects(zombie.commit([]), { code: 'FENCED' });
    assert.equal((await zombie.failed).code, 'FENCED');
    assert.throws(() => zombieRecords.append(recordOf(null, Buffer.from('late'))), { code: 'FENCED' });
    ownerRecords.append(recordOf(Buffer.from('a'), Buffer.from('owner again')));
    await owner.commit([]);
    await zombie.close();
    await owner.close();
    assert.deepEqual(await values(topic), ['zombie, committed', 'owner', 'owner again']);
  });

  it('makes the open transaction of a killed process invisible, and it blocks nobody', async () => {
    const topic = topicName('killed');
    await createTopics(kafka.bootstrap, { [topic]: 1 });
    const script = fileURLToPath(new URL('sender-victim.ts', import.meta.url));
    const victim = spawn(process.execPath, [script, kafka.bootstrap, topic, topic], { stdio: 'inherit' });
    while ((await written(topic)) < 10n) assert.equal(victim.exitCode, null);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const [owner, records] = await open(topic);
    assert.equal((await admin.endOffsets(topic, 'read_committed', soon())).get(0), await written(topic));
    records.append(recordOf(Buffer.from('a'), Buffer.from('successor')));
    await owner.commit([]);
    await owner.close();
    assert.deepEqual(await values(topic), ['successor']);
  });

  it('is fenced when the broker ended a transaction that was open for too long', async () => {
    const topic = topicName('expired');
    await createTopics(kafka.bootstrap, { [topic]: 1 });
    const [sender, records] = await open(topic, { transactionTimeoutMs: 1500 });
    records.append(recordOf(Buffer.from('a'), Buffer.from('too slow')));
    while ((await written(topic)) < 2n); // the record, then the marker of the broker
    await assert.rejects(sender.commit([]), { code: 'FENCED' });
    await sender.close();
    assert.deepEqual(await values(topic), []);
  });

  it('does not wait for ever for a frozen broker, and never calls its records committed', async () => {
    const topic = topicName('frozen');
    await createTopics(kafka.bootstrap, { [topic]: 1 });
    const [sender, records] = await open(topic, { requestTimeoutMs: 3000, deliveryTimeoutMs: 9000 });
    records.append(recordOf(Buffer.from('a'), Buffer.from('before')));
    await sender.commit([]);
    await kafka.kill('SIGSTOP');
    try {
      records.append(recordOf(Buffer.from('a'), Buffer.from('while it is frozen')));
      await assert.rejects(sender.commit([]), { code: 'DELIVERY_TIMED_OUT' });
    } finally {
      await kafka.kill('SIGCONT');
    }
    await sender.close();
    const [successor] = await open(topic);
    await successor.close();
    assert.deepEqual(await values(topic), ['before']);
  });
});
