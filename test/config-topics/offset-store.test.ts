import assert from 'node:assert/strict';
import { encodeOffsetKey, encodeOffsetValue, offsetKeyPrefix } from '../../config-topics/offset-codec.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import { Opened, soon, uniqueName } from '../kafka/kafka-fixtures.ts';
import { servers } from '../support/servers.ts';
import { internalTopic, offsetStore, transactionalSender } from './store-fixtures.ts';

const partition = { server: 'inv' };
const key = encodeOffsetKey('inventory-pg', partition);

describe('offset store', () => {
  const opened = new Opened();
  let cluster: Cluster;

  beforeEach(() => {
    cluster = opened.cluster(servers().kafka.bootstrap);
  });
  afterEach(() => opened.closeAll());

  it('keeps LSNs beyond 2^53 digit for digit, from the writer to the next task', async () => {
    const topic = internalTopic('offset');
    const store = await offsetStore(opened, cluster, topic);
    const sender = await transactionalSender(opened, cluster, uniqueName('task'));
    const offset = { lsn_proc: 9223372036854775807n, lsn: 9007199254740993n, txId: 771, snapshot: true };
    await store.put('inventory-pg', { entries: [{ partition, offset }], sender }, soon());
    const text = '{"lsn_proc":9223372036854775807,"lsn":9007199254740993,"txId":771,"snapshot":true}';
    assert.equal(store.get('["inventory-pg",{"server":"inv"}]'), text);
    assert.deepEqual(store.all('inventory-pg'), [{ partition, offset }]);
    const other = await offsetStore(opened, cluster, topic);
    assert.equal(other.get(key.toString()), text);
  });

  it('tells whoever watches what is there, then every change, of the partitions that begin with the given members alone', async () => {
    const store = await offsetStore(opened, cluster, internalTopic('offset'));
    const sender = await transactionalSender(opened, cluster, uniqueName('task'));
    const put = (entries: Parameters<typeof store.put>[1]['entries']): Promise<void> =>
      store.put('c', { entries, sender }, soon());
    const run = { server: 'inv', 'millrace.snapshot': '7' };
    await put([{ partition: { ...run, table: 't' }, offset: { chunks: 2 } }]);
    await put([{ partition: { server: 'inv', 'millrace.snapshot': '77', table: 't' }, offset: { chunks: 9 } }]);
    const told: string[] = [];
    const end = store.watch(
      'c',
      offsetKeyPrefix('c', run),
      (name, value) => void told.push(`${name}=${String(value)}`),
    );
    await put([
      { partition: { ...run, table: 't', chunk: 1 }, offset: { done: true } },
      { partition, offset: { lsn: 1 } },
      { partition: { ...run, table: 't' }, offset: null },
    ]);
    end();
    await put([{ partition: run, offset: { over: true } }]);
    assert.deepEqual(told, [
      '["c",{"server":"inv","millrace.snapshot":"7","table":"t"}]={"chunks":2}',
      '["c",{"server":"inv","millrace.snapshot":"7","table":"t","chunk":1}]={"done":true}',
      '["c",{"server":"inv","millrace.snapshot":"7","table":"t"}]=null',
    ]);
  });

  it('does not give out the offset of a transaction that was aborted by a take-over', async () => {
    const topic = internalTopic('offset');
    const id = uniqueName('task');
    const store = await offsetStore(opened, cluster, topic);
    const first = await transactionalSender(opened, cluster, id);
    await store.put('inventory-pg', { entries: [{ partition, offset: { lsn: 1 } }], sender: first }, soon());
    const target = await first.topic(topic.name, { signal: soon() });
    target.append(recordOf(key, encodeOffsetValue({ lsn: 2 })));
    // The take-over ends whatever the former task had open; from then on the end of the topic can be reached.
    await transactionalSender(opened, cluster, id);
    await store.readToEnd(soon());
    assert.equal(store.get(key.toString()), '{"lsn":1}');
    const fresh = await offsetStore(opened, cluster, topic);
    assert.equal(fresh.get(key.toString()), '{"lsn":1}');
  });

  it('waits for a transaction that is still open rather than answer without it', async () => {
    const topic = internalTopic('offset', { partitions: 1 });
    const store = await offsetStore(opened, cluster, topic);
    const producer = await opened.producer(servers().kafka.bootstrap, uniqueName('task'));
    const transaction = await producer.transaction();
    await transaction.send({ topic: topic.name, messages: [{ key, value: '{"lsn":3}' }] });
    await assert.rejects(
      store.readToEnd(AbortSignal.timeout(500)),
      /a transaction that began at offset 0 is still open/,
    );
    const read = store.readToEnd(soon());
    await transaction.commit();
    await read;
    assert.equal(store.get(key.toString()), '{"lsn":3}');
  });

  it('writes several offsets together and forgets those without a value', async () => {
    const topic = internalTopic('offset');
    const store = await offsetStore(opened, cluster, topic);
    const sender = await transactionalSender(opened, cluster, uniqueName('task'));
    const other = { server: 'inv', table: 't' };
    const entries = [partition, other].map((one) => ({ partition: one, offset: { lsn: 1 } }));
    await store.put('inventory-pg', { entries, sender }, soon());
    await store.put('inventory-pg', { entries: [{ partition, offset: null }], sender }, soon());
    assert.deepEqual(store.all('inventory-pg'), [{ partition: other, offset: { lsn: 1 } }]);
    assert.equal(store.get(key.toString()), undefined);
    assert.deepEqual(store.all('other'), []);
  });

  it('answers under the key that a Java worker wrote, and lists what it cannot read so that it can be deleted', async () => {
    const topic = internalTopic('offset');
    const store = await offsetStore(opened, cluster, topic);
    const producer = await opened.producer(servers().kafka.bootstrap);
    const messages = [
      { key: '["inventory-pg",{"server":"inv"}]', value: '{"lsn":88413320,"txId":771}' },
      { key: '["inventory-pg",{"server":"old"}]', value: '{"nested":{"lsn":1}}' },
      { key: 'no key of an offset', value: '{}' },
    ];
    await producer.send({ topic: topic.name, messages });
    await store.readToEnd(soon());
    assert.equal(store.get(key.toString()), '{"lsn":88413320,"txId":771}');
    assert.deepEqual(
      new Map(store.all('inventory-pg').map(({ partition: { server }, offset }) => [server, offset])),
      new Map([
        ['inv', { lsn: 88413320, txId: 771 }],
        ['old', null],
      ]),
    );
  });

  it('writes a key into the partition in which the Java producer would write it', async () => {
    const topic = internalTopic('offset', { partitions: 7 });
    const store = await offsetStore(opened, cluster, topic);
    const sender = await transactionalSender(opened, cluster, uniqueName('task'));
    const servers_ = ['a', 'b', 'c', 'd', 'e'].map((server) => ({ server }));
    const entries = servers_.map((one) => ({ partition: one, offset: { lsn: 1 } }));
    await store.put('c', { entries, sender }, soon());
    // kafkajs' default partitioner is the Java producer's.
    const producer = await opened.producer(servers().kafka.bootstrap);
    const log = await opened.reader(cluster, topic.name);
    for (const one of servers_)
      await producer.send({ topic: topic.name, messages: [{ key: encodeOffsetKey('c', one), value: '{"lsn":2}' }] });
    await log.reader.readToEnd(soon());
    const partitionsOf = (value: string): string[] =>
      log.records
        .filter((record) => record.value?.toString() === value)
        .map(({ partition: p, key: k }) => `${p} ${String(k)}`);
    assert.equal(partitionsOf('{"lsn":1}').length, 5);
    assert.deepEqual(partitionsOf('{"lsn":1}').sort(), partitionsOf('{"lsn":2}').sort());
  });
});
