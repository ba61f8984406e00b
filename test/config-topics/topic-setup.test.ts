import assert from 'node:assert/strict';
import kafkajs from 'kafkajs';
import type { InternalTopic } from '../../config-topics/internal-topic.ts';
import { setUpTopic } from '../../config-topics/topic-setup.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { Admin } from '../../kafka/admin.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { newTopic, Opened, soon } from '../kafka/kafka-fixtures.ts';
import { servers } from '../support/servers.ts';
import { internalTopic, keptLog } from './store-fixtures.ts';

describe('internal topics', () => {
  const opened = new Opened();
  const log = keptLog();
  let cluster: Cluster;

  beforeEach(() => {
    log.lines.length = 0;
    cluster = opened.cluster(servers().kafka.bootstrap);
  });
  afterEach(() => opened.closeAll());

  const setUp = (topic: InternalTopic): Promise<unknown> => setUpTopic(topic, { cluster, log, patienceMs: 0 }, soon());

  async function refused(topic: InternalTopic, code: string, text: RegExp): Promise<void> {
    await assert.rejects(setUp(topic), (error) => {
      assert.ok(error instanceof ConnectorError);
      assert.equal(error.code, code);
      assert.match(error.message, text);
      return true;
    });
  }

  it('are created compacted with the configured partitions and settings', async () => {
    const settings = { 'segment.ms': '600000', 'cleanup.policy': 'delete' };
    const topic = internalTopic('offset', { partitions: 7, settings });
    await setUp(topic);
    const configs = await new Admin(cluster).topicConfigs(topic.name, soon());
    assert.equal(configs.get('cleanup.policy'), 'compact');
    assert.equal(configs.get('segment.ms'), '600000');
    assert.equal((await cluster.topic(topic.name, { signal: soon() })).partitions.size, 7);
    assert.match(log.lines.join('\n'), /cleanup.policy given for offset.storage.topic is ignored/);
  });

  it('are taken as they are when they exist compacted', async () => {
    const name = await newTopic(cluster, { 'cleanup.policy': 'compact' }, { partitions: 2 });
    await setUp(internalTopic('status', { name, partitions: 5 }));
  });

  it('are created by one of two workers that start together', async () => {
    const topic = internalTopic('config');
    await Promise.all([setUp(topic), setUp(topic)]);
  });

  for (const policy of ['delete', 'compact,delete'])
    it(`are refused with cleanup.policy=${policy}`, async () => {
      const name = await newTopic(cluster, { 'cleanup.policy': policy });
      const text = new RegExp(
        `'${name}'.*config.storage.topic.*cleanup.policy=.*connector configurations would be lost`,
      );
      await refused(internalTopic('config', { name }), 'STORE_TOPIC_UNFIT', text);
    });

  it('are refused as config topic with two partitions', async () => {
    const name = await newTopic(cluster, { 'cleanup.policy': 'compact' }, { partitions: 2 });
    const text = new RegExp(
      `^Topic '${name}' supplied via the 'config.storage.topic' property is required to have a single partition in order to guarantee consistency of connector configurations, but found 2 partitions.$`,
    );
    await refused(internalTopic('config', { name }), 'STORE_TOPIC_UNFIT', text);
  });

  it('with more copies than brokers are an error that names the setting', async () => {
    const text =
      /status.storage.topic.*replication factor 3: the cluster has 1 broker.*'status.storage.replication.factor'/;
    await refused(internalTopic('status', { replicationFactor: 3 }), 'STORE_TOPIC_CREATION', text);
  });

  it('with a setting that Kafka does not take are an error that says so', async () => {
    const settings = { 'segment.ms': 'soon' };
    await refused(internalTopic('status', { settings }), 'STORE_TOPIC_CREATION', /segment.ms/);
  });

  it('whose configuration this client may not see are taken with a warning', async () => {
    const guarded = await servers().stack.start('kafka-sasl', {
      as: 'kafka-guarded-topics',
      config: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
    });
    try {
      const { user, password } = guarded.scram;
      const name = await newTopic(opened.cluster(guarded.broker.bootstrap), { 'cleanup.policy': 'compact' });
      await allowToRead(guarded.broker.bootstrap, user, name);
      const limited = opened.cluster(guarded.saslPlaintextBootstrap, {
        'security.protocol': 'SASL_PLAINTEXT',
        'sasl.mechanism': 'SCRAM-SHA-256',
        'sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";`,
      });
      await setUpTopic(internalTopic('config', { name }), { cluster: limited, log }, soon());
      assert.match(log.lines.join('\n'), /the cleanup policy of config.storage.topic could not be checked/);
    } finally {
      await opened.closeAll();
      await servers().stack.stop('kafka-guarded-topics');
    }
  });
});

// kafkajs is CommonJS: these names can only be found on its default export.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;

async function allowToRead(bootstrap: string, user: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const acl = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName: topic,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: '*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.ALLOW,
    };
    await admin.createAcls({ acl: [acl] });
  } finally {
    await admin.disconnect();
  }
}
