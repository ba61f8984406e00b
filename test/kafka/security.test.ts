import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Admin } from '../../kafka/admin.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import type { SecureKafka } from '../../scripts/stack/kafka-secure.ts';
import { servers } from '../support/servers.ts';
import { newTopic, Opened, soon, uniqueName } from './kafka-fixtures.ts';
import { LoggedMember } from './member-log.ts';

type Config = Record<string, string>;

function scram(user: string, password: string, kind = 'SCRAM-SHA-256'): Config {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return {
    'sasl.mechanism': kind,
    'sasl.jaas.config': `${module} required username="${user}" password="${password}";`,
  };
}

function plain(user: string, password: string): Config {
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  return {
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config': `${module} required username="${user}" password="${password}";`,
  };
}

describe('secured brokers', () => {
  const opened = new Opened();
  let kafka: SecureKafka;
  let pem: Config;
  let pkcs12: Config;

  before(async () => {
    kafka = await servers().kafkaSasl();
    pem = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': kafka.authority.certificateFile };
    pkcs12 = {
      'ssl.truststore.type': 'PKCS12',
      'ssl.truststore.location': kafka.stores.truststorePkcs12,
      'ssl.truststore.password': kafka.stores.password,
    };
  });
  afterEach(() => opened.closeAll());

  function clusterId(bootstrap: string, config: Config, limitMs?: number): Promise<string> {
    return opened.cluster(bootstrap, config).clusterId({ signal: soon(limitMs) });
  }

  /** Resolves with the error of an attempt that ended long before its deadline, so without trying again. */
  async function refusal(bootstrap: string, config: Config): Promise<unknown> {
    const begin = performance.now();
    const error: unknown = await clusterId(bootstrap, config, 20_000).then(
      () => assert.fail('it was let in'),
      (reason: unknown) => reason,
    );
    assert.ok(performance.now() - begin < 15_000, 'it was tried again');
    return error;
  }

  it('SASL_SSL with SCRAM-SHA-256 and a PEM trust store carries topic, log reader and group member', async () => {
    const { user, password } = kafka.scram;
    const config = { 'security.protocol': 'SASL_SSL', ...scram(user, password), ...pem };
    const cluster = opened.cluster(kafka.bootstrap, config);
    const topic = await newTopic(cluster, { 'cleanup.policy': 'compact' });
    const read = await opened.reader(cluster, topic);
    await read.reader.readToEnd(soon());
    const a = new LoggedMember('a', { cluster, group: uniqueName('group'), sessionTimeoutMs: 6000 });
    opened.add(() => a.member.leave());
    await a.assigned('a of a');
    await a.events.next('beat');
  });

  it('SASL_SSL with SCRAM-SHA-512 and a PKCS12 trust store', async () => {
    const { user, password } = kafka.scram;
    const config = { 'security.protocol': 'SASL_SSL', ...scram(user, password, 'SCRAM-SHA-512'), ...pkcs12 };
    assert.match(await clusterId(kafka.bootstrap, config), /^\S{22}$/);
  });

  it('PLAIN, with and without TLS, and certificates given in the configuration itself', async () => {
    const { user, password } = kafka.plain;
    const certificates = (await readFile(kafka.authority.certificateFile, 'utf8')).replaceAll('\n', ' ');
    const inline = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': certificates };
    await clusterId(kafka.bootstrap, { 'security.protocol': 'SASL_SSL', ...plain(user, password), ...inline });
    await clusterId(kafka.saslPlaintextBootstrap, { 'security.protocol': 'SASL_PLAINTEXT', ...plain(user, password) });
  });

  it('a client certificate from PKCS12, from a PEM bundle and with an encrypted key', async () => {
    const { stores, client } = kafka;
    const ssl = { 'security.protocol': 'SSL', ...pem };
    await clusterId(kafka.sslBootstrap, {
      ...ssl,
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.location': stores.keystorePkcs12,
      'ssl.keystore.password': stores.password,
    });
    await clusterId(kafka.sslBootstrap, {
      ...ssl,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': client.bundleFile,
    });
    await clusterId(kafka.sslBootstrap, {
      ...ssl,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.key': await readFile(stores.encryptedKeyPem, 'utf8'),
      'ssl.keystore.certificate.chain': await readFile(client.certificateFile, 'utf8'),
      'ssl.key.password': stores.password,
    });
  });

  it('a wrong password is said once and clearly, and not tried again', async () => {
    for (const credentials of [scram('alice', 'wrong-secret'), plain('bob', 'wrong-secret')]) {
      const error = await refusal(kafka.bootstrap, { 'security.protocol': 'SASL_SSL', ...credentials, ...pem });
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'KAFKA_AUTHENTICATION');
      assert.match(error.message, /SASL_AUTHENTICATION_FAILED: Authentication failed.*invalid/i);
      assert.doesNotMatch(error.message, /wrong-secret/);
    }
  });

  it('credentials for a listener that takes none are said and not tried again', async () => {
    const config = { 'security.protocol': 'SASL_PLAINTEXT', ...plain('bob', 'bob-secret') };
    assert.match(String(await refusal(kafka.broker.bootstrap, config)), /ILLEGAL_SASL_STATE|UNSUPPORTED_SASL/);
  });

  it('an authority that is not trusted is said and not tried again', async () => {
    const { user, password } = kafka.scram;
    const error = await refusal(kafka.bootstrap, { 'security.protocol': 'SASL_SSL', ...scram(user, password) });
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, 'KAFKA_AUTHENTICATION');
    assert.match(error.message, /certificate/);
  });

  it('a certificate for another name is refused, unless the check is turned off', async () => {
    const { user, password } = kafka.scram;
    const other = await servers().stack.start('kafka-sasl', {
      as: 'kafka-other-name',
      certificateNames: ['elsewhere'],
    });
    try {
      const trust = { 'ssl.truststore.location': other.authority.certificateFile };
      const config = { 'security.protocol': 'SASL_SSL', ...scram(user, password), ...trust };
      const error = await refusal(other.bootstrap, config);
      assert.match(String(error), /127\.0\.0\.1.*cert's/);
      await clusterId(other.bootstrap, { ...config, 'ssl.endpoint.identification.algorithm': '' });
      await opened.closeAll();
    } finally {
      await servers().stack.stop('kafka-other-name');
    }
  });

  it('plain text to a TLS port is said and not tried again', async () => {
    const error = await refusal(kafka.bootstrap, { 'security.protocol': 'PLAINTEXT' });
    assert.match(String(error), /requires TLS/);
  });

  it('a JKS store is refused with the command that converts it', () => {
    const jks = {
      'bootstrap.servers': kafka.bootstrap,
      'security.protocol': 'SSL',
      'ssl.truststore.location': kafka.stores.truststoreJks,
      'ssl.truststore.password': kafka.stores.password,
    };
    assert.throws(() => clientOptions(jks), {
      code: 'NOT_SUPPORTED',
      message: /keytool -importkeystore -srckeystore \S+truststore.jks -destkeystore \S+truststore.p12/,
    });
  });

  it('a wrong store password names the setting, not the password', () => {
    const config = { 'bootstrap.servers': kafka.bootstrap, 'security.protocol': 'SSL', ...pkcs12 };
    assert.throws(
      () => clientOptions({ ...config, 'ssl.truststore.password': 'not-it' }),
      (error: Error) => {
        assert.match(error.message, /cannot be opened with ssl.truststore.password/);
        return !error.message.includes('not-it');
      },
    );
  });

  it('missing rights are said with what is needed, and not tried again', async () => {
    const { user, password } = kafka.scram;
    const config = {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    };
    const guarded = await servers().stack.start('kafka-sasl', { as: 'kafka-guarded', config });
    try {
      const cluster = opened.cluster(guarded.saslPlaintextBootstrap, {
        'security.protocol': 'SASL_PLAINTEXT',
        ...scram(user, password),
      });
      const topic = { name: 'mine', partitions: 1, replicationFactor: 1, configs: {} };
      await assert.rejects(new Admin(cluster).createTopic(topic, soon()), {
        code: 'KAFKA_AUTHORIZATION',
        message: /^Topic mine may not be created by this client: it needs the operation CREATE/,
      });
      await assert.rejects(cluster.topic('mine', { signal: soon() }), { code: 'KAFKA_AUTHORIZATION' });
      const a = new LoggedMember('a', { cluster, group: 'g' });
      const { error } = await a.events.next('failed');
      assert.match(error.message, /GROUP_AUTHORIZATION_FAILED/);
      await opened.closeAll();
    } finally {
      await servers().stack.stop('kafka-guarded');
    }
  });
});
