import assert from 'node:assert/strict';
import kafkajs from 'kafkajs';
import type { SecureKafka } from '../../scripts/stack/kafka-secure.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import { servers } from '../support/servers.ts';
import { readToEnd } from './sender-audit.ts';
import { clusterOf, createTopics, openSender, topicName } from './sender-fixture.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

describe('sender on a broker with access control', function () {
  this.timeout(120_000);
  let kafka: SecureKafka;
  let cluster: Cluster;

  before(async () => {
    kafka = await servers().stack.start('kafka-sasl', {
      as: 'kafka-sender-rights',
      config: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // The administrator comes through the plain listener.
        'super.users': 'User:ANONYMOUS',
      },
    });
    const { user, password } = kafka.plain;
    cluster = clusterOf(kafka.saslPlaintextBootstrap, {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="${user}" password="${password}";`,
    });
  });

  after(async () => {
    await cluster.close();
    await kafka.broker.close();
  });

  async function allowWrite(name: string, resourceType: kafkajs.AclResourceTypes): Promise<void> {
    const admin = new Kafka({ brokers: [kafka.broker.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createAcls({
      acl: [
        {
          resourceType,
          resourceName: name,
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: `User:${kafka.plain.user}`,
          host: '*',
          operation: AclOperationTypes.WRITE,
          permissionType: AclPermissionTypes.ALLOW,
        },
      ],
    });
    await admin.disconnect();
  }

  it('needs no other right than WRITE on its topics and its transactional id', async () => {
    const topic = topicName('least');
    await createTopics(kafka.broker.bootstrap, { [topic]: 1 });
    await allowWrite(topic, AclResourceTypes.TOPIC);
    await allowWrite(topic, AclResourceTypes.TRANSACTIONAL_ID);
    const sender = await openSender(cluster, { transactionalId: topic });
    const records = await sender.topic(topic, { signal: soon() });
    records.append(recordOf(Buffer.from('a'), Buffer.from('allowed')));
    await sender.commit([]);
    await sender.close();
    const values: (string | undefined)[] = [];
    await readToEnd(kafka.broker.bootstrap, topic, ({ value }) => values.push(value?.toString()));
    assert.deepEqual(values, ['allowed']);
  });

  it('names the transactional id that it may not use', async () => {
    await assert.rejects(openSender(cluster, { transactionalId: 'forbidden-id' }), {
      code: 'KAFKA_AUTHORIZATION',
      message: /forbidden-id.*TRANSACTIONAL_ID_AUTHORIZATION_FAILED/,
    });
  });

  for (const transactional of [false, true]) {
    it(`names the topic that it may not write to, ${transactional ? 'transactional' : 'idempotent'}`, async () => {
      const [topic, allowed] = [topicName('forbidden'), topicName('allowed')];
      await createTopics(kafka.broker.bootstrap, { [topic]: 1, [allowed]: 1 });
      await allowWrite(allowed, AclResourceTypes.TOPIC);
      await allowWrite(allowed, AclResourceTypes.TRANSACTIONAL_ID);
      const sender = await openSender(cluster, { transactionalId: transactional ? allowed : undefined });
      await assert.rejects(sender.topic(topic, { signal: soon() }), {
        code: 'KAFKA_AUTHORIZATION',
        message: new RegExp(topic),
      });
      await sender.close();
    });
  }
});
