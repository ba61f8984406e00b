import assert from 'node:assert/strict';
import { Admin } from '../../kafka/admin.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { murmur2 } from '../../kafka/murmur2.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import type { Sender, TopicSender } from '../../kafka/sender/sender.ts';
import { servers } from '../support/servers.ts';
import { readToEnd } from './sender-audit.ts';
import { clusterOf, createTopics, openSender, topicName } from './sender-fixture.ts';

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

interface Read {
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly partition: number;
}

async function read(topic: string): Promise<Read[]> {
  const found: Read[] = [];
  await readToEnd(servers().kafka.bootstrap, topic, ({ key, value }, partition) => {
    found.push({ key: key?.toString(), value: value?.toString(), partition });
  });
  return found;
}

describe('sender', () => {
  let cluster: Cluster;
  let admin: Admin;
  let opened: Sender[];

  before(() => {
    cluster = clusterOf(servers().kafka.bootstrap);
    admin = new Admin(cluster);
  });

  beforeEach(() => {
    opened = [];
  });

  afterEach(async () => {
    for (const sender of opened) await sender.close();
  });

  after(() => cluster.close());

  async function open(
    topic: string,
    partitions: number,
    options: Parameters<typeof openSender>[1] = {},
  ): Promise<{ sender: Sender; records: TopicSender; offsets: TopicSender }> {
    const offsetsTopic = `${topic}-offsets`;
    await createTopics(servers().kafka.bootstrap, { [topic]: partitions, [offsetsTopic]: 1 });
    const sender = await openSender(cluster, { transactionalId: topic, ...options });
    opened.push(sender);
    const records = await sender.topic(topic, { signal: soon() });
    return { sender, records, offsets: await sender.topic(offsetsTopic, { signal: soon() }) };
  }

  async function visible(topic: string): Promise<bigint[]> {
    return [...(await admin.endOffsets(topic, 'read_committed', soon())).values()];
  }

  async function written(topic: string): Promise<bigint[]> {
    return [...(await admin.endOffsets(topic, 'read_uncommitted', soon())).values()];
  }

  /** Brokers write the marker that ends a transaction some milliseconds after the answer to EndTxn. */
  async function untilEnded(topic: string, end: bigint): Promise<void> {
    const limit = performance.now() + 5000;
    while ((await visible(topic))[0] !== end && performance.now() < limit);
    assert.deepEqual(await visible(topic), [end]);
  }

  it('drops what was appended at an abort, keeps its offsets, and goes on with what came meanwhile', async () => {
    const topic = topicName('abort');
    const { sender, records, offsets } = await open(topic, 1);
    const offset = (value: string) => [{ topic: offsets, key: Buffer.from('k'), value: Buffer.from(value) }];
    records.append(recordOf(Buffer.from('a'), Buffer.from('1')));
    await sender.commit(offset('1'));
    records.append(recordOf(Buffer.from('a'), Buffer.from('dropped')));
    const aborted = sender.abort(offset('2'));
    records.append(recordOf(Buffer.from('a'), Buffer.from('3')));
    await aborted;
    assert.deepEqual(
      (await read(offsets.name)).map(({ value }) => value),
      ['1', '2'],
    );
    await sender.commit(offset('3'));
    await sender.abort([]);
    records.append(recordOf(Buffer.from('a'), Buffer.from('4')));
    await sender.commit([]);
    assert.deepEqual(
      (await read(topic)).map(({ value }) => value),
      ['1', '3', '4'],
    );
  });

  it('shows records and offsets of a commit together, and nothing before it', async () => {
    const topic = topicName('commit');
    const { sender, records, offsets } = await open(topic, 1);
    records.append(recordOf(Buffer.from('a'), Buffer.from('1')));
    while ((await written(topic))[0] === 0n);
    assert.deepEqual(await visible(topic), [0n]);
    await sender.commit([{ topic: offsets, key: Buffer.from('position'), value: Buffer.from('1') }]);
    assert.deepEqual(await read(topic), [{ key: 'a', value: '1', partition: 0 }]);
    assert.deepEqual(await read(offsets.name), [{ key: 'position', value: '1', partition: 0 }]);
    assert.equal(sender.pendingBytes, 0);
  });

  it('puts what is appended during a commit into the next one', async () => {
    const topic = topicName('rounds');
    const { sender, records } = await open(topic, 1);
    records.append(recordOf(Buffer.from('a'), Buffer.from('first')));
    const first = sender.commit([]);
    records.append(recordOf(Buffer.from('a'), Buffer.from('second')));
    await first;
    await untilEnded(topic, 2n); // one record and the marker of its transaction
    await sender.commit([]);
    const values = (await read(topic)).map(({ value }) => value);
    assert.deepEqual(values, ['first', 'second']);
  });

  it('writes nothing at all for a commit of nothing', async () => {
    const topic = topicName('nothing');
    const { sender } = await open(topic, 1);
    await sender.commit([]);
    assert.deepEqual(await written(topic), [0n]);
  });

  it('gives every record of a key the partition that a Java producer gives it, and records without key one partition', async () => {
    const topic = topicName('partitions');
    const { sender, records } = await open(topic, 7);
    for (let i = 0; i < 50; i += 1) {
      records.append(recordOf(Buffer.from(`key ${i}`), Buffer.from('x')));
      records.append(recordOf(null, Buffer.from(String(i))));
    }
    await sender.commit([]);
    const found = await read(topic);
    for (const { key = '', partition } of found.filter((record) => record.key !== undefined))
      assert.equal(partition, (murmur2(Buffer.from(key), 0, key.length) & 0x7fffffff) % 7);
    const keyless = found.filter(({ key }) => key === undefined);
    assert.equal(new Set(keyless.map(({ partition }) => partition)).size, 1);
    assert.deepEqual(
      keyless.map(({ value }) => value),
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
  });

  it('writes the offsets of an idempotent commit after all its records', async () => {
    const topic = topicName('idempotent');
    const { sender, records, offsets } = await open(topic, 3, { transactionalId: undefined });
    for (let i = 0; i < 2000; i += 1) records.append(recordOf(Buffer.from(`k${i % 20}`), Buffer.from(`${i}`)));
    await sender.commit([{ topic: offsets, key: Buffer.from('position'), value: null }]);
    assert.equal((await read(topic)).length, 2000);
    assert.deepEqual(await read(offsets.name), [{ key: 'position', value: undefined, partition: 0 }]);
  });

  it('splits batches that are larger than the topic takes, keeping every record in its place', async () => {
    const topic = topicName('split');
    await createTopics(servers().kafka.bootstrap, { [topic]: 1 }, { 'max.message.bytes': '20000' });
    const { sender, records } = await open(topic, 1, { compression: 'none' });
    const values = Array.from({ length: 2000 }, (_, i) => `${i} ${'x'.repeat(i % 300)}`);
    for (const value of values) records.append(recordOf(Buffer.from('k'), Buffer.from(value)));
    await sender.commit([]);
    assert.deepEqual(
      (await read(topic)).map(({ value }) => value),
      values,
    );
  });

  it('ends with the topic, the sizes and what to do when one record is larger than the topic takes', async () => {
    const topic = topicName('too-large');
    await createTopics(servers().kafka.bootstrap, { [topic]: 1 }, { 'max.message.bytes': '20000' });
    const { sender, records } = await open(topic, 1, { compression: 'none' });
    records.append(recordOf(Buffer.from('small'), Buffer.from('x')));
    records.append(recordOf(Buffer.from('large'), Buffer.alloc(50_000)));
    const failure = { code: 'RECORD_TOO_LARGE', message: new RegExp(`${topic}.* 50\\d\\d\\d bytes .*20000`) };
    await assert.rejects(sender.commit([]), failure);
    assert.throws(() => records.append(recordOf(null, null)), failure);
    await assert.rejects(sender.commit([]), failure);
    assert.equal((await sender.failed).code, 'RECORD_TOO_LARGE');
    await sender.close();
    await untilEnded(topic, 2n); // the small record and the marker that aborts it
    assert.deepEqual(await read(topic), []);
  });

  it('refuses a record above its own max.request.size before sending it', async () => {
    const topic = topicName('request-size');
    const { sender, records } = await open(topic, 1, { compression: 'none', maxRequestBytes: 30_000 });
    records.append(recordOf(Buffer.from('large'), Buffer.alloc(50_000)));
    await assert.rejects(sender.commit([]), { code: 'RECORD_TOO_LARGE', message: /max\.request\.size of 30000/ });
  });

  it('aborts its transaction when it is closed, so that readers need not wait for its time-out', async () => {
    const topic = topicName('close');
    const { sender, records } = await open(topic, 1);
    records.append(recordOf(Buffer.from('a'), Buffer.from('never seen')));
    while ((await written(topic))[0] === 0n);
    await sender.close();
    await untilEnded(topic, 2n); // the record and the marker that aborts it
    assert.deepEqual(await read(topic), []);
    await assert.rejects(sender.commit([]), { code: 'SENDER_CLOSED' });
  });

  it('writes nothing once its lease has run out', async () => {
    const topic = topicName('lease');
    let lease = true;
    const { sender, records } = await open(topic, 1, { mayWrite: () => lease });
    records.append(recordOf(Buffer.from('a'), Buffer.from('1')));
    await sender.commit([]);
    await untilEnded(topic, 2n); // the record and the marker of its transaction
    lease = false;
    records.append(recordOf(Buffer.from('a'), Buffer.from('2')));
    await assert.rejects(sender.commit([]), { code: 'LEASE_LOST' });
    await sender.close();
    assert.deepEqual(await written(topic), [2n]);
  });

  it('says that a topic does not exist', async () => {
    const sender = await openSender(cluster, {});
    opened.push(sender);
    const missing = topicName('missing');
    await assert.rejects(sender.topic(missing, { signal: soon() }), {
      code: 'KAFKA_UNKNOWN_TOPIC',
      message: new RegExp(missing),
    });
  });
});
