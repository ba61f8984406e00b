import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaExecutable } from '../../scripts/stack/java-executable.ts';
import { kafka41Jars } from '../../scripts/stack/jar-sets.ts';
import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';
import { jarFolder } from '../../scripts/stack/maven-jars.ts';
import { BufferPool } from '../../kafka/sender/buffer-pool.ts';
import { CommitRound } from '../../kafka/sender/commit-round.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import { newIdempotentProducer } from '../../kafka/sender/open-producer.ts';
import { produce } from '../../kafka/sender/produce-call.ts';
import { RecordBatchBuilder } from '../../kafka/sender/record-batch-builder.ts';
import { SealedBatch } from '../../kafka/sender/sealed-batch.ts';
import { sequenceAfter } from '../../kafka/sender/sequence.ts';
import { servers } from '../support/servers.ts';
import { audit, readToEnd } from './sender-audit.ts';
import { clusterOf, createTopics, openSender, topicName } from './sender-fixture.ts';
import { SenderLoad } from './sender-load.ts';

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const soon = (): AbortSignal => AbortSignal.timeout(20_000);

/** What Kafka's own console consumer prints: partition, key and value of each record, read_committed. */
async function javaConsumer(bootstrap: string, topic: string, messages: number): Promise<string[]> {
  const jars = await jarFolder(kafka41Jars, () => undefined);
  const formatting = ['print.key=true', 'print.headers=true'].flatMap((property) => ['--property', property]);
  const { stdout } = await promisify(execFile)(
    await javaExecutable(),
    [
      ...['-cp', join(jars, '*'), 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
      ...['--bootstrap-server', bootstrap, '--topic', topic, '--from-beginning', '--isolation-level', 'read_committed'],
      ...['--max-messages', String(messages), '--timeout-ms', '15000', ...formatting],
    ],
    { maxBuffer: 100_000_000 },
  );
  return stdout.trimEnd().split('\n');
}

describe('records on the wire', () => {
  it("of every codec are read by Java's consumer", async () => {
    const { bootstrap } = servers().kafka;
    const topic = topicName('codecs');
    await createTopics(bootstrap, { [topic]: 1 });
    const cluster = clusterOf(bootstrap);
    const expected: string[] = [];
    for (const compression of codecs) {
      const sender = await openSender(cluster, { compression, transactionalId: topic });
      const records = await sender.topic(topic, { signal: soon() });
      for (let i = 0; i < 2000; i += 1) {
        const value = `${compression} ${i} ${'äö-'.repeat(i % 50)}`;
        const headers = i % 2 === 0 ? [] : [{ key: 'number', value: Buffer.from(String(i)) }];
        records.append({ ...recordOf(Buffer.from(`k${i}`), Buffer.from(value)), headers });
        expected.push(`${i % 2 === 0 ? 'NO_HEADERS' : `number:${i}`}\tk${i}\t${value}`);
      }
      await sender.commit([]);
      await sender.close();
    }
    await cluster.close();
    assert.deepEqual(await javaConsumer(bootstrap, topic, expected.length), expected);
  });

  it('are taken by the broker when their sequence numbers wrap in the middle of a batch', async () => {
    const { bootstrap } = servers().kafka;
    const topic = topicName('wrap');
    await createTopics(bootstrap, { [topic]: 1 });
    const cluster = clusterOf(bootstrap);
    const timeouts = { requestTimeoutMs: 10_000, deliveryTimeoutMs: 10_000 };
    const identity = await newIdempotentProducer({ cluster, ...timeouts }, soon());
    const leader = await cluster.leader(topic, 0, { signal: soon() });
    const pool = new BufferPool(0);
    // A broker that knows nothing of a producer takes its first batch with any number.
    let sequence = 2 ** 31 - 8;
    for (let batchNumber = 0; batchNumber < 4; batchNumber += 1) {
      const builder = new RecordBatchBuilder(pool, 1);
      for (let i = 0; i < 5; i += 1) builder.append(recordOf(null, Buffer.from(`${batchNumber}.${i}`)));
      const { length, count } = builder;
      const { batch } = SealedBatch.seal(
        { round: new CommitRound(true), compression: 'none', transactional: false, timestamp: Date.now() },
        { buffer: builder.finish(), length, count, pool },
      );
      batch.number(identity, sequence);
      const request = {
        transactionalId: null,
        timeoutMs: 5000,
        batches: [{ topic, partition: 0, bytes: batch.bytes }],
      };
      for (const errorCode of [0, 0]) {
        // The second time the broker recognises the batch and does not append it again.
        const { partitions } = await produce(leader, request);
        assert.deepEqual(partitions, [{ topic, partition: 0, errorCode, message: null }]);
      }
      sequence = sequenceAfter(sequence, count);
    }
    assert.equal(sequence, 12);
    await cluster.close();
    let read = 0;
    await readToEnd(bootstrap, topic, () => (read += 1));
    assert.equal(read, 20);
  });

  describe('of Kafka 2.7', function () {
    this.timeout(180_000);
    let kafka: KafkaBroker;

    before(async () => {
      kafka = await servers().kafka27();
    });

    for (const transactional of [false, true]) {
      it(`are the same, ${transactional ? 'transactional' : 'idempotent'}`, async () => {
        const [topic, offsetsTopic] = [topicName('old'), topicName('old-offsets')];
        await createTopics(kafka.bootstrap, { [topic]: 3, [offsetsTopic]: 1 });
        const cluster = clusterOf(kafka.bootstrap);
        const transactionalId = transactional ? topic : undefined;
        const load = await SenderLoad.open({ cluster, topic, offsetsTopic, transactionalId });
        const versions = await load.run(2000);
        await load.close();
        await cluster.close();
        assert.deepEqual(await audit(kafka.bootstrap, topic, versions), {
          read: load.acknowledged,
          lost: 0,
          duplicated: 0,
          outOfOrder: 0,
        });
      });
    }
  });
});
