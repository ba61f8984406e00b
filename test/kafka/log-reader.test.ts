import assert from 'node:assert/strict';
import { Admin } from '../../kafka/admin.ts';
import { fetchRecords } from '../../kafka/calls/fetch.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';
import { servers } from '../support/servers.ts';
import { eventually, newTopic, Opened, ReadLog, soon, uniqueName } from './kafka-fixtures.ts';

const CONTROL = 0x20;

describe('log reader', () => {
  const opened = new Opened();
  let kafka: KafkaBroker;

  before(async () => {
    // The cleaner looks every 15 s by default.
    kafka = await servers().stack.start('kafka', {
      as: 'kafka-compacting',
      config: { 'log.cleaner.backoff.ms': '200' },
    });
  });
  after(() => servers().stack.stop('kafka-compacting'));
  afterEach(() => opened.closeAll());

  it('passes compacted, empty, control and aborted batches to the end, and hands out the rest once', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster, {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '60000',
    });
    // Each producer's last batch must stay as an empty one when its record is superseded: the broker keeps its sequence there.
    for (const [id, value] of Object.entries({ one: '1', two: '2', three: '3' })) {
      const producer = await opened.producer(kafka.bootstrap, uniqueName(id));
      const doomed = await producer.transaction();
      await doomed.send({ topic, messages: [{ key: 'a', value: `aborted-${value}` }] });
      await doomed.abort();
      const transaction = await producer.transaction();
      await transaction.send({
        topic,
        messages: [
          { key: 'a', value },
          { key: id, value },
        ],
      });
      await transaction.send({ topic, messages: [{ key: 'a', value: `${value}b` }] });
      await transaction.commit();
    }
    const plain = await opened.producer(kafka.bootstrap);
    // A record to roll the segment, once that is old enough, and one in the active segment.
    await eventually('empty batch', async () => {
      await plain.send({ topic, messages: [{ key: 'a', value: 'last' }] });
      return (await batchKinds(cluster, topic)).has('empty');
    });
    // The cleaner forgets aborted transactions with their records, so there are more once it has been turned off.
    await opened.stopCompaction(kafka.bootstrap, topic);
    const late = await opened.producer(kafka.bootstrap, uniqueName('late'));
    await eventually('aborted transaction', async () => {
      const doomed = await late.transaction();
      await doomed.send({ topic, messages: [{ key: 'a', value: 'aborted-late' }] });
      await doomed.abort();
      return (await batchKinds(cluster, topic)).has('aborted');
    });
    await plain.send({ topic, messages: [{ key: 'b', value: 'end' }] });
    const kinds = await batchKinds(cluster, topic);
    assert.deepEqual(
      [...kinds].sort(),
      ['aborted', 'control', 'empty', 'gap', 'records'],
      'the log holds what is promised',
    );

    const read = await opened.reader(cluster, topic);
    await read.reader.readToEnd(soon());
    const last = new Map(read.records.map(({ key, value }) => [key?.toString(), value?.toString()]));
    assert.deepEqual(Object.fromEntries(last), { one: '1', two: '2', three: '3', a: 'last', b: 'end' });
    assert.equal(
      read.texts.some((text) => text.includes('aborted')),
      false,
    );
    const offsets = read.records.map(({ offset }) => offset);
    assert.deepEqual(
      offsets,
      [...new Set(offsets)].sort((a, b) => Number(a - b)),
    );
  });

  it('reads a backlog of several fetches and partitions completely and in order', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster, {}, { partitions: 3 });
    const producer = await opened.producer(kafka.bootstrap);
    const padding = 'x'.repeat(500);
    for (let round = 0; round < 12; round += 1)
      await producer.sendBatch({
        topicMessages: [0, 1, 2].map((partition) => ({
          topic,
          messages: Array.from({ length: 500 }, (_, index) => ({
            partition,
            value: `${round * 500 + index} ${padding}`,
          })),
        })),
      });
    const read = await opened.reader(cluster, topic);
    await read.reader.readToEnd(soon());
    const ends = await new Admin(cluster).endOffsets(topic, 'read_uncommitted', soon());
    for (const [partition, end] of ends) {
      assert.ok(end >= 6000n);
      const offsets = read.records.filter((record) => record.partition === partition).map(({ offset }) => offset);
      assert.deepEqual(
        offsets,
        Array.from({ length: Number(end) }, (_, index) => BigInt(index)),
      );
    }
  });

  it('keeps key, tombstone, headers and time of a record', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const producer = await opened.producer(kafka.bootstrap);
    const headers = { h: Buffer.from([0, 255]), empty: '' };
    await producer.send({ topic, messages: [{ key: 'k', value: null, headers, timestamp: '1700000000123' }] });
    const read = await opened.reader(cluster, topic);
    await read.reader.readToEnd(soon());
    const [record] = read.records;
    assert.deepEqual(record && { ...record, key: record.key?.toString() }, {
      partition: 0,
      offset: 0n,
      key: 'k',
      value: null,
      timestampMs: 1700000000123n,
      headers: [
        { key: 'h', value: Buffer.from([0, 255]) },
        { key: 'empty', value: Buffer.alloc(0) },
      ],
    });
  });

  it('read_committed waits for a transaction that is open below the end, and says so at the deadline', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const holder = await opened.producer(kafka.bootstrap, uniqueName('holder'));
    const other = await opened.producer(kafka.bootstrap, uniqueName('other'));
    const open = await holder.transaction();
    await open.send({ topic, messages: [{ value: 'held' }] });
    const done = await other.transaction();
    await done.send({ topic, messages: [{ value: 'committed' }] });
    await done.commit();

    const read = await opened.reader(cluster, topic);
    await assert.rejects(read.reader.readToEnd(soon(1500)), {
      code: 'KAFKA_READ_TIMEOUT',
      message: new RegExp(
        `^Topic ${topic} .*partition 0 .*its end is [23]; a transaction that began at offset 0 is still open$`,
      ),
    });
    const uncommitted = await opened.reader(cluster, topic, 'read_uncommitted');
    await uncommitted.reader.readToEnd(soon());
    assert.deepEqual(uncommitted.texts, ['-=held', '-=committed']);

    const reading = read.reader.readToEnd(soon());
    await open.abort();
    await reading;
    assert.deepEqual(read.texts, ['-=committed']);
  });

  it('hands out a record milliseconds after it was written, and needs no poll at the end', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const producer = await opened.producer(kafka.bootstrap);
    const read = await opened.reader(cluster, topic);
    const latencies: number[] = [];
    const ends: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      await producer.send({ topic, messages: [{ value: `v${round}` }] });
      const acknowledged = performance.now();
      latencies.push((await read.value(`v${round}`)).at - acknowledged);
      const asked = performance.now();
      await read.reader.readToEnd(soon());
      ends.push(performance.now() - asked);
    }
    // Whatever waits for the broker's long poll (500 ms) takes half of that on average. Seen on a quiet machine: 1 and 2 ms.
    assert.ok(median(latencies) < 125, `tail latency ${median(latencies)} ms`);
    assert.ok(median(ends) < 125, `readToEnd at the end ${median(ends)} ms`);
  });

  it('goes on after its connection was cut and its broker restarted', async () => {
    const broker = await servers().stack.start('kafka', { as: 'kafka-restarting' });
    try {
      const cluster = opened.cluster(broker.bootstrap);
      const topic = await newTopic(cluster);
      const before = await opened.producer(broker.bootstrap);
      await before.send({ topic, messages: [{ value: 'before' }] });
      await before.disconnect();
      const read = await opened.reader(cluster, topic);
      await read.value('before');
      await broker.kill('SIGKILL');
      await broker.restart();
      const producer = await opened.producer(broker.bootstrap);
      await producer.send({ topic, messages: [{ value: 'after' }] });
      await read.value('after');
      await read.reader.readToEnd(soon());
      assert.deepEqual(read.texts, ['-=before', '-=after']);
      await opened.closeAll();
    } finally {
      await servers().stack.stop('kafka-restarting');
    }
  });

  it('says that the topic was created again instead of reading the other one', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const producer = await opened.producer(kafka.bootstrap);
    await producer.send({ topic, messages: [{ value: 'old' }] });
    const read = await opened.reader(cluster, topic);
    await read.value('old');
    await opened.deleteTopic(kafka.bootstrap, topic);
    await newTopic(cluster, {}, { name: topic });
    const failure = await read.failed;
    assert.match(failure.message, /was deleted and created again while it was being read/);
    await assert.rejects(read.reader.readToEnd(soon()), { code: 'KAFKA_LOG_CHANGED' });
  });

  it('says that records before its position are gone instead of passing over them', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = await newTopic(cluster);
    const holder = await opened.producer(kafka.bootstrap, uniqueName('holder'));
    const open = await holder.transaction();
    await open.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] });
    const read = await opened.reader(cluster, topic); // stands at 0: the transaction is open
    await opened.deleteRecords(kafka.bootstrap, topic, '1');
    const failure = await read.failed;
    assert.match(failure.message, new RegExp(`${topic}-0 has no offset 0 any more`));
    await open.abort();
  });

  it('refuses a topic that does not exist by name', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    await assert.rejects(opened.reader(cluster, 'no-such-topic'), {
      code: 'KAFKA_UNKNOWN_TOPIC',
      message: /no-such-topic/,
    });
  });

  it('waits for a topic that was just created and that its broker has not heard of yet', async () => {
    const cluster = opened.cluster(kafka.bootstrap);
    const topic = uniqueName('unheard');
    const { reader } = new ReadLog(cluster, topic, 'read_committed', true);
    opened.add(() => reader.close());
    const started = reader.start(soon());
    await Promise.race([
      started,
      assert.rejects(cluster.topic(topic, { signal: soon() }), { code: 'KAFKA_UNKNOWN_TOPIC' }),
    ]);
    await new Admin(cluster).createTopic({ name: topic, partitions: 1, replicationFactor: 1, configs: {} }, soon());
    await started;
    assert.equal(reader.position(0), 0n);
  });
});

/** What kinds of batches the log holds, as a reader without any filter sees it. A fetch never goes beyond one segment. */
async function batchKinds(cluster: Cluster, topic: string): Promise<Set<string>> {
  const kinds = new Set<string>();
  const { topicId } = await cluster.topic(topic, { signal: soon() });
  const leader = await cluster.leader(topic, 0, { signal: soon() });
  const limits = { maxWaitMs: 0, maxBytes: 1 << 20, partitionMaxBytes: 1 << 20 };
  for (let next = 0n; ;) {
    const offsets = new Map([[0, next]]);
    const [fetched] = await fetchRecords(leader, { topic, topicId, offsets, isolation: 'read_committed', ...limits });
    if (fetched === undefined || fetched.batches.length === 0) return kinds;
    if (fetched.aborted.length > 0) kinds.add('aborted');
    for (const batch of fetched.batches) {
      if (batch.firstOffset > next || batch.records.length <= batch.lastOffsetDelta) kinds.add('gap');
      next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      if ((batch.attributes & CONTROL) !== 0) kinds.add('control');
      else kinds.add(batch.records.length === 0 ? 'empty' : 'records');
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
