import { atLeast, choice, flag, integer, list, pluginClass } from '../../settings/kinds.ts';
import { defineSetting } from '../../settings/setting.ts';
import { overridePolicies, parsePolicy, safeOverrides, type OverridePolicy } from '../herder/override-policy.ts';

const group = 'Connectors and tasks';

/** What all connectors of the cluster share. */
export const dataSettings = {
  keyConverter: pluginClass('key.converter', {
    required: true,
    group,
    importance: 'HIGH',
    documentation:
      'How keys become bytes, e.g. `org.apache.kafka.connect.json.JsonConverter`; its settings follow under `key.converter.`. A connector may set its own.',
  }),
  valueConverter: pluginClass('value.converter', {
    required: true,
    group,
    importance: 'HIGH',
    documentation:
      'How values become bytes, e.g. `org.apache.kafka.connect.json.JsonConverter`; its settings follow under `value.converter.`. A connector may set its own.',
  }),
  headerConverter: pluginClass('header.converter', {
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    group,
    importance: 'LOW',
    documentation: 'How headers become bytes.',
  }),
  exactlyOnceSourceSupport: choice('exactly.once.source.support', ['disabled', 'preparing', 'enabled'], {
    default: 'enabled',
    group,
    importance: 'HIGH',
    documentation:
      'enabled: records and offsets of a task are written in one transaction, so consumers with isolation.level=read_committed see no record twice. disabled: at least once. preparing: tasks as with disabled, while the leader already writes transactions and fences; a running cluster is changed worker by worker from disabled to preparing, then from preparing to enabled. Connect: disabled; here enabled, since it is the path that everything is built and measured for.',
  }),
  offsetFlushIntervalMs: integer('offset.flush.interval.ms', 'LONG', {
    default: '60000',
    group,
    importance: 'LOW',
    check: atLeast(1),
    documentation:
      'Default of transaction.boundary.interval.ms of connectors with transaction.boundary=interval. Other tasks commit by load, many times a second, with exactly-once or without: offsets never wait for this.',
  }),
  topicCreationEnable: flag('topic.creation.enable', {
    default: 'true',
    group,
    importance: 'LOW',
    documentation: 'Whether connectors may have topics created by `topic.creation.*`.',
  }),
  clientOverridePolicy: defineSetting<OverridePolicy>({
    name: 'connector.client.config.override.policy',
    type: 'STRING',
    defaultText: 'Allowlist',
    group,
    recommended: overridePolicies,
    parse: parsePolicy,
    documentation:
      "Which `producer.override.*`, `consumer.override.*` and `admin.override.*` keys a connector may use. Allowlist: those of connector.client.config.override.allowlist. Principal: security.protocol, sasl.jaas.config and sasl.mechanism only. Connect: All; here Allowlist, since whoever may create a connector could otherwise send its data elsewhere. Connect's class names are understood.",
  }),
  clientOverrideAllowlist: list('connector.client.config.override.allowlist', {
    default: safeOverrides.join(','),
    group,
    importance: 'LOW',
    documentation:
      'Names of client settings, without prefix, that the policy Allowlist lets connectors use (KIP-1188). Connect: empty. The default leaves out bootstrap.servers, what exactly-once rests on (transactional.id, acks, enable.idempotence and the like; `acks=all` and `enable.idempotence=true` are accepted) and all that names a class.',
  }),
  configProviders: list('config.providers', {
    default: '',
    group,
    importance: 'LOW',
    documentation:
      'Names of configuration providers, each with its class in `config.providers.<name>.class`: `org.apache.kafka.common.config.provider.EnvVarConfigProvider` (parameter `config.providers.<name>.param.allowlist.pattern`), `….FileConfigProvider` or `….DirectoryConfigProvider` (parameter `config.providers.<name>.param.allowed.paths`). Placeholders `${name:path:key}` in configurations of connectors and of the worker itself then stand for the values. See config-providers.md.',
  }),
  taskShutdownGracefulTimeoutMs: integer('task.shutdown.graceful.timeout.ms', 'LONG', {
    default: '5000',
    group,
    importance: 'LOW',
    check: atLeast(0),
    documentation:
      'How long all tasks of one stop together may take to commit what they have read. What is not committed by then is read again by the next owner.',
  }),
};
