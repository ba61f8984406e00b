import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../errors/connector-error.ts';
import { createAuthority, issue } from '../scripts/stack/certificates.ts';
import { loadWorkerConfig, withListeningPorts } from './worker-config.ts';

const required = [
  'bootstrap.servers=localhost:9092',
  'group.id=g',
  'config.storage.topic=c',
  'offset.storage.topic=o',
  'status.storage.topic=s',
  'key.converter=org.apache.kafka.connect.json.JsonConverter',
  'value.converter=org.apache.kafka.connect.json.JsonConverter',
];

describe('worker configuration', () => {
  let folder = '';
  /** A key and a certificate that an https listener may have. */
  const store: string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
    const certificate = await issue(await createAuthority(folder, 'authority'), { name: 'worker', hosts: ['w1'] });
    store.push(`ssl.keystore.location=${certificate.bundleFile}`);
  });
  after(() => rmSync(folder, { recursive: true }));

  function load(lines: readonly string[], env: Record<string, string> = {}) {
    const file = join(folder, 'worker.properties');
    writeFileSync(file, lines.join('\n'));
    return loadWorkerConfig(file, env);
  }

  function refusal(lines: readonly string[], env: Record<string, string> = {}): string {
    try {
      load(lines, env);
    } catch (error) {
      assert.ok(error instanceof ConnectorError);
      assert.equal(error.code, 'WORKER_CONFIG_INVALID');
      return error.message.replaceAll(folder, '');
    }
    throw new assert.AssertionError({ message: 'the configuration was accepted' });
  }

  it('gives the documented defaults', () => {
    const config = load(required);
    assert.equal(config.values.heartbeatIntervalMs, 500);
    assert.equal(config.values.scheduledRebalanceMaxDelayMs, 0);
    assert.equal(config.values.exactlyOnceSourceSupport, 'enabled');
    assert.deepEqual(config.topics.offset, { name: 'o', partitions: 25, replicationFactor: 3, settings: {} });
    assert.deepEqual(config.listeners, [{ scheme: 'http', host: '', port: 8083 }]);
    assert.deepEqual(config.warnings, []);
    assert.ok(config.taskHostsMax >= 2);
  });

  it('lets environment variables win over the file', () => {
    const config = load(required, {
      CONNECT_GROUP_ID: 'other',
      CONNECT_CONFIG_STORAGE_SEGMENT_MS: '1000',
      CONNECT_PRODUCER_MAX__X___Y: 'z',
      CONNECT_LOG4J_ROOT_LOGLEVEL: 'DEBUG',
      CONNECTION: 'no',
    });
    assert.equal(config.values.groupId, 'other');
    assert.deepEqual(config.topics.config.settings, { 'segment.ms': '1000' });
    assert.equal(config.clients.producer['max_x-y'], 'z');
    assert.deepEqual(config.warnings, []);
  });

  it('needs no file when the environment says everything', () => {
    const env = Object.fromEntries(
      required.map((line) => {
        const [key = '', value = ''] = line.split('=');
        return [`CONNECT_${key.toUpperCase().replaceAll('.', '_')}`, value];
      }),
    );
    assert.equal(loadWorkerConfig(undefined, env).values.configTopic, 'c');
  });

  it('reports all problems at once, each with its place', () => {
    const text = refusal(
      [
        '# comment',
        'bootstrap.servers = a:1',
        '',
        'offset.storage.partitions=0',
        'listeners=ftp://:8443',
        'producer.security.protocol=SASL',
      ],
      { CONNECT_SESSION_TIMEOUT_MS: 'soon' },
    );
    assert.match(text, /^ {2}\/worker\.properties:4: Invalid value 0 for configuration offset\.storage\.partitions: /m);
    assert.match(text, /worker\.properties:5: .*the scheme of a listener must be http or https/);
    assert.match(
      text,
      /properties:6: Invalid value SASL for configuration producer\.security\.protocol: String must be/,
    );
    assert.match(text, /environment variable CONNECT_SESSION_TIMEOUT_MS: .*Not a number of type INT/);
    assert.match(text, /Missing required configuration "group\.id"/);
    assert.match(text, /"value\.converter" which has no default value\. \(for example org\.apache.*JsonConverter\)/);
  });

  it('refuses what it could only ignore at the cost of security or sense', () => {
    assert.match(
      refusal([...required, 'rest.extension.classes=a.B']),
      /rest\.extension\.classes: a\.B is a Java class and cannot be loaded/,
    );
    assert.match(
      refusal([...required, 'config.providers=file']),
      /Missing required configuration "config\.providers\.file\.class"/,
    );
    assert.match(refusal([...required, 'session.timeout.ms=900']), /two heartbeats must fit into session\.timeout\.ms/);
    assert.match(refusal([...required, 'status.storage.topic=o']), /three different topics, but are c, o, o/);
  });

  it('keeps unknown keys and names the nearest known one', () => {
    const config = load([
      ...required,
      'heartbeat.intervall.ms=3000',
      'zzz=1',
      'plugin.discovery=only_scan',
      'group.id=h',
    ]);
    assert.equal(config.keys['heartbeat.intervall.ms'], '3000');
    const said = new Map(config.warnings.map((warning) => [warning.setting, warning.message]));
    assert.equal(said.get('heartbeat.intervall.ms'), 'unknown setting; did you mean heartbeat.interval.ms?');
    assert.equal(said.get('zzz'), 'unknown setting');
    assert.match(said.get('plugin.discovery') ?? '', /^accepted without effect/);
    assert.match(said.get('group.id') ?? '', /more than once/);
    assert.equal(config.values.groupId, 'h');
    assert.ok(config.warnings.every((warning) => warning.origin?.includes('worker.properties:')));
  });

  it('accepts the settings of Kafka clients, prefixed and not, without a warning', () => {
    const config = load([
      ...required,
      'security.protocol=SASL_SSL',
      'sasl.mechanism=PLAIN',
      'request.timeout.ms=1000',
      'producer.compression.type=lz4',
      'admin.sasl.mechanism=SCRAM-SHA-256',
      'key.converter.schemas.enable=false',
    ]);
    assert.deepEqual(config.warnings, []);
    assert.deepEqual(config.clients.own, {
      'bootstrap.servers': 'localhost:9092',
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'request.timeout.ms': '1000',
    });
    assert.deepEqual(config.clients.producer, {
      'bootstrap.servers': 'localhost:9092',
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'compression.type': 'lz4',
    });
    assert.deepEqual(config.clients.admin, {
      'bootstrap.servers': 'localhost:9092',
      'sasl.mechanism': 'SCRAM-SHA-256',
    });
    assert.equal(config.converters['key.converter.schemas.enable'], 'false');
  });

  it('advertises the listener, or what rest.advertised says', () => {
    assert.equal(load([...required, 'listeners=http://w1:9,http://:10']).advertised.workerId, 'w1:9');
    const config = load([...required, 'listeners=http://[::1]:0']);
    assert.deepEqual(withListeningPorts(config, [5]).advertised, { workerId: '[::1]:5', url: 'http://[::1]:5' });
    const told = load([...required, 'rest.advertised.host.name=pub', 'rest.advertised.port=80']);
    assert.equal(withListeningPorts(told, [5]).advertised.url, 'http://pub:80');
  });

  it('advertises the first http listener, else https, or the scheme that is asked for', () => {
    const both = [...required, 'listeners=https://w1:9,http://w1:10', ...store];
    assert.equal(load(both).advertised.url, 'http://w1:10');
    assert.equal(load([...both, 'rest.advertised.listener=https']).advertised.url, 'https://w1:9');
    const ports = withListeningPorts(load([...required, 'listeners=https://w1:0,http://w1:0', ...store]), [7, 8]);
    assert.equal(ports.advertised.workerId, 'w1:8');
    const behind = [...required, 'rest.advertised.listener=https'];
    assert.match(refusal(behind), /there is no such listener; set rest\.advertised\.port/);
    const told = load([...behind, 'rest.advertised.port=443', 'rest.advertised.host.name=pub']);
    assert.equal(told.advertised.url, 'https://pub:443');
  });

  it('refuses https without a key, wherever its settings stand', () => {
    assert.match(refusal([...required, 'listeners=https://:1']), /set ssl\.keystore\.location, or ssl\.keystore\.key/);
    const prefixed = [...required, 'admin.listeners=https://:1', ...store, 'listeners.https.ssl.client.auth=required'];
    assert.match(refusal(prefixed), /set listeners\.https\.ssl\.keystore\.location/);
    const wrong = [...required, 'listeners.https.ssl.client.auth=perhaps'];
    assert.match(refusal(wrong), /properties:8: Invalid value perhaps for configuration listeners\.https\.ssl\.client/);
  });

  it('knows where the admin endpoints are', () => {
    assert.equal(load(required).rest.adminListeners, undefined);
    assert.deepEqual(load([...required, 'admin.listeners=']).rest.adminListeners, []);
    const own = load([...required, 'admin.listeners=http://localhost:9']);
    assert.deepEqual(own.rest.adminListeners, [{ scheme: 'http', host: 'localhost', port: 9 }]);
    assert.deepEqual(own.warnings, []);
  });

  it('has users when the extension of basic authentication asks for them, and none else', () => {
    const extension =
      'rest.extension.classes=org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension';
    const users = join(folder, 'users.properties');
    writeFileSync(users, 'alice=secret1\nb\\ ob=p:w\n');
    const jaas = join(folder, 'jaas.conf');
    const entry = (options: string) =>
      writeFileSync(
        jaas,
        `Other { a.B required; };\nKafkaConnect {\n  org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required\n  ${options};\n};\n`,
      );
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    entry(`file="${users}"`);
    assert.equal(load(required).rest.users, undefined);
    const given = load([...required, extension, `rest.basic.auth.login.config=${jaas}`]).rest.users;
    assert.equal(given?.allows(basic('alice:secret1')), true);
    assert.equal(given.allows(basic('b ob:p:w')), true);
    for (const bad of [basic('alice:secret2'), basic('alice:'), basic('eve:'), basic(':'), basic(''), 'Bearer x'])
      assert.equal(given.allows(bad), false, bad);
    assert.equal(given.allows(undefined), false);
    const env = { KAFKA_OPTS: `-Xmx1g -Djava.security.auth.login.config=${jaas} -Da=b` };
    assert.equal(load([...required, extension], env).rest.users?.allows(basic('alice:secret1')), true);

    const fails = (lines: string[], reason: RegExp) =>
      assert.throws(
        () => load([...required, extension, ...lines]),
        (error) => error instanceof ConnectorError && error.code === 'CONFIG_INVALID' && reason.test(error.message),
      );
    fails([], /set rest\.basic\.auth\.login\.config/);
    fails([`rest.basic.auth.login.config=${folder}/none`], /cannot be read: ENOENT/);
    entry('fill="x"');
    fails([`rest.basic.auth.login.config=${jaas}`], /lacks the option file/);
    entry(`file="${users}"; a.B required`);
    fails([`rest.basic.auth.login.config=${jaas}`], /one PropertyFileLoginModule and nothing else/);
    writeFileSync(users, '# nobody\n');
    entry(`file="${users}"`);
    fails([`rest.basic.auth.login.config=${jaas}`], /names no user/);
    writeFileSync(jaas, 'Other { a.B required; };');
    fails([`rest.basic.auth.login.config=${jaas}`], /has no entry KafkaConnect/);
    writeFileSync(jaas, 'KafkaConnect { a.B required');
    fails([`rest.basic.auth.login.config=${jaas}`], /semicolon/);
  });

  it('refuses a signature algorithm that this worker itself would not accept', () => {
    assert.match(refusal([...required, 'inter.worker.signature.algorithm=HmacSHA512']), /must be among .*HmacSHA256/);
    const both = 'inter.worker.verification.algorithms=HmacSHA256,HmacSHA512';
    assert.equal(
      load([...required, 'inter.worker.signature.algorithm=HmacSHA512', both]).values.signatureAlgorithm,
      'HmacSHA512',
    );
    assert.match(refusal([...required, 'inter.worker.verification.algorithms=HmacMD4']), /HmacMD4 is not one of/);
  });

  it('reads Java property syntax: continued lines, escapes, other separators, either encoding', () => {
    const file = join(folder, 'latin1.properties');
    const lines = [...required, 'client.id: a\\', '   b', 'producer.x \\u00e9=\\t1', 'zz=\xe9'];
    writeFileSync(file, Buffer.from(lines.join('\r\n'), 'latin1'));
    const config = loadWorkerConfig(file, {});
    assert.equal(config.values.clientId, 'ab');
    assert.equal(config.keys['zz'], 'é');
  });

  it('says which file cannot be read', () => {
    assert.throws(
      () => loadWorkerConfig(join(folder, 'none.properties'), {}),
      (error) => error instanceof ConnectorError && error.code === 'WORKER_CONFIG_UNREADABLE',
    );
  });
});
