import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../errors/connector-error.ts';
import { loadWorkerConfig, withListeningPort } from './worker-config.ts';

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
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
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
    assert.deepEqual(config.listeners, [{ host: '', port: 8083 }]);
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
        'listeners=https://:8443',
        'producer.security.protocol=SASL',
      ],
      { CONNECT_SESSION_TIMEOUT_MS: 'soon' },
    );
    assert.match(text, /^ {2}\/worker\.properties:4: Invalid value 0 for configuration offset\.storage\.partitions: /m);
    assert.match(text, /worker\.properties:5: .*https listeners are not part of this version/);
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
      /rest\.extension\.classes=a\.B: REST extensions/,
    );
    assert.match(
      refusal([...required, 'config.providers=file']),
      /Missing required configuration "config\.providers\.file\.class"/,
    );
    assert.match(refusal([...required, 'session.timeout.ms=900']), /two heartbeats must fit into session\.timeout\.ms/);
    assert.match(refusal([...required, 'status.storage.topic=o']), /three different topics, but are c, o, o/);
  });

  it('keeps unknown keys and names the nearest known one', () => {
    const config = load([...required, 'heartbeat.intervall.ms=3000', 'zzz=1', 'plugin.path=/x', 'group.id=h']);
    assert.equal(config.keys['heartbeat.intervall.ms'], '3000');
    const said = new Map(config.warnings.map((warning) => [warning.setting, warning.message]));
    assert.equal(said.get('heartbeat.intervall.ms'), 'unknown setting; did you mean heartbeat.interval.ms?');
    assert.equal(said.get('zzz'), 'unknown setting');
    assert.match(said.get('plugin.path') ?? '', /^accepted without effect/);
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
    assert.deepEqual(withListeningPort(config, 5).advertised, { workerId: '[::1]:5', url: 'http://[::1]:5' });
    const told = load([...required, 'rest.advertised.host.name=pub', 'rest.advertised.port=80']);
    assert.equal(withListeningPort(told, 5).advertised.url, 'http://pub:80');
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
