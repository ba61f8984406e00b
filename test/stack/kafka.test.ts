import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { servers } from '../support/servers.ts';

const DEFAULT_REPLICAS = -1;

interface Topic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
}

function client(config: KafkaConfig): Kafka {
  return new Kafka({ logLevel: logLevel.NOTHING, retry: { retries: 2 }, ...config });
}

async function describeTopics(config: KafkaConfig): Promise<Topic[]> {
  const admin = client(config).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata();
    return topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.length,
      replicas: partitions[0]?.replicas.length ?? 0,
    }));
  } finally {
    await admin.disconnect();
  }
}

describe('stack: Kafka', () => {
  it('a broker killed with SIGKILL comes back on the same port with its topics', async () => {
    const { stack } = servers();
    const broker = await stack.start('kafka', { as: 'kafka-chaos', heap: '512m' });
    await createTopic(broker.bootstrap, 'kept', 2, {}, DEFAULT_REPLICAS);
    const before = { pid: broker.pid, bootstrap: broker.bootstrap };
    await broker.kill('SIGKILL');
    assert.equal(broker.running, false);
    await broker.restart();
    assert.notEqual(broker.pid, before.pid);
    assert.equal(broker.bootstrap, before.bootstrap);
    const topics = await describeTopics({ brokers: [broker.bootstrap] });
    assert.deepEqual(topics, [{ name: 'kept', partitions: 2, replicas: 1 }]);
    await stack.stop('kafka-chaos');
  });

  it('does not create topics by itself', async () => {
    const producer = client({ brokers: [servers().kafka.bootstrap] }).producer({ allowAutoTopicCreation: true });
    await producer.connect();
    await assert.rejects(producer.send({ topic: 'stack-never-created', messages: [{ value: 'x' }] }));
    const topics = await describeTopics({ brokers: [servers().kafka.bootstrap] });
    assert.ok(!topics.some(({ name }) => name === 'stack-never-created'));
    await producer.disconnect();
  });

  it('of three brokers keeps three copies of a topic', async () => {
    const cluster = await servers().kafka3();
    await createTopic(cluster.bootstrap, 'stack-three-copies', 2, {}, DEFAULT_REPLICAS);
    const topics = await describeTopics({ brokers: cluster.bootstrap.split(',') });
    assert.equal(topics.find(({ name }) => name === 'stack-three-copies')?.replicas, 3);
  });

  it('with TLS and SCRAM lets in the right password and no other', async () => {
    const secure = await servers().kafkaSasl();
    const ca = await readFile(secure.authority.certificateFile, 'utf8');
    const config = (password: string): KafkaConfig => ({
      brokers: [secure.bootstrap],
      ssl: { ca },
      sasl: { mechanism: 'scram-sha-256', username: secure.scram.user, password },
    });
    await describeTopics(config(secure.scram.password));
    await assert.rejects(describeTopics(config('wrong')), { name: 'KafkaJSSASLAuthenticationError' });
  });
});
