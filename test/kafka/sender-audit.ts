import kafkajs from 'kafkajs';
import assert from 'node:assert/strict';
import { Admin, type Isolation } from '../../kafka/admin.ts';
import { readEveryCodec } from '../../scripts/demo/every-codec.ts';
import { clusterOf } from './sender-fixture.ts';
import type { Versions } from './sender-load.ts';

const { Kafka, logLevel } = kafkajs;

/** What an independent read_committed reader found, against what had to be there. */
export interface Audit {
  readonly read: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

const OPEN_LIMIT_MS = 15_000;

// Without a single batch for so long: a reader of millions of records may take its time.
const NO_PROGRESS_MS = 30_000;

/** A kafkajs that reads every codec. */
function reader(bootstrap: string): kafkajs.Kafka {
  readEveryCodec();
  return new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } });
}

/**
 * Reads the topic to its end with kafkajs, read_committed, and compares it with the versions of each key that must be
 * there.
 */
export async function audit(bootstrap: string, topic: string, expected: Versions): Promise<Audit> {
  await untilNothingIsOpen(bootstrap, topic);
  const seen = new Map<string, Set<number>>();
  const newest = new Map<string, number>();
  let read = 0;
  let duplicated = 0;
  let outOfOrder = 0;
  await readToEnd(bootstrap, topic, ({ key, value }) => {
    const name = key?.toString() ?? '';
    const version = Number.parseInt(value?.toString() ?? '', 10);
    const versions = seen.get(name) ?? new Set();
    seen.set(name, versions);
    read += 1;
    if (versions.has(version)) duplicated += 1;
    else if (version < (newest.get(name) ?? 0)) outOfOrder += 1;
    versions.add(version);
    newest.set(name, Math.max(version, newest.get(name) ?? 0));
  });
  let lost = 0;
  for (const [key, last] of expected)
    for (let version = 1; version <= last; version += 1) if (seen.get(key)?.has(version) !== true) lost += 1;
  return { read, lost, duplicated, outOfOrder };
}

/** Fails when a transaction stays open, which would hold up every read_committed reader. */
async function untilNothingIsOpen(bootstrap: string, topic: string): Promise<void> {
  const cluster = clusterOf(bootstrap);
  try {
    const admin = new Admin(cluster);
    const ends = async (isolation: Isolation): Promise<ReadonlyMap<number, bigint>> =>
      await admin.endOffsets(topic, isolation, AbortSignal.timeout(OPEN_LIMIT_MS));
    const limit = performance.now() + OPEN_LIMIT_MS;
    const written = await ends('read_uncommitted');
    let stable = await ends('read_committed');
    while ([...written].some(([partition, end]) => (stable.get(partition) ?? 0n) < end)) {
      if (performance.now() > limit) assert.deepEqual(stable, written, 'a transaction is still open');
      stable = await ends('read_committed');
    }
  } finally {
    await cluster.close();
  }
}

/**
 * Reads every record that is visible before an end mark, which this writes into each partition first: offsets do not
 * tell the end, since kafkajs says nothing of the control batches behind the last record.
 */
export async function readToEnd(
  bootstrap: string,
  topic: string,
  take: (message: kafkajs.KafkaMessage, partition: number) => void,
): Promise<void> {
  const mark = `end-${performance.now()}`;
  const kafka = reader(bootstrap);
  const missing = new Set(await writeMarks(kafka, topic, mark));
  const consumer = kafka.consumer({
    groupId: `audit-${topic}-${mark}`,
    readUncommitted: false,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 8_000_000,
  });
  const done = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    done.reject(new Error(`${topic} cannot be read to its end: partitions ${[...missing].join(', ')}`));
  }, NO_PROGRESS_MS);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch }) => {
        timer.refresh();
        for (const message of batch.messages) {
          if (message.key?.toString() === mark) missing.delete(batch.partition);
          else if (message.key?.toString().startsWith('end-') !== true) take(message, batch.partition);
        }
        if (missing.size === 0) done.resolve(undefined);
        return Promise.resolve();
      },
    });
    await done.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
}

async function writeMarks(kafka: kafkajs.Kafka, topic: string, mark: string): Promise<number[]> {
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => partition);
    const messages = partitions.map((partition) => ({ key: mark, value: 'end', partition }));
    await producer.send({ topic, messages });
    return partitions;
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}
