import { atLeast, choice, flag, integer, pluginClass } from '../../settings/kinds.ts';

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
      'enabled: records and offsets of a task are written in one transaction, so consumers with isolation.level=read_committed see no record twice. disabled: at least once. preparing: as disabled for tasks. Connect: disabled; here enabled, since it is the path that everything is built and measured for.',
  }),
  topicCreationEnable: flag('topic.creation.enable', {
    default: 'true',
    group,
    importance: 'LOW',
    documentation: 'Whether connectors may have topics created by `topic.creation.*`.',
  }),
  clientOverridePolicy: choice('connector.client.config.override.policy', ['All', 'None', 'Principal'], {
    default: 'All',
    group,
    documentation:
      'Which `producer.override.*`, `consumer.override.*` and `admin.override.*` keys a connector may use. Principal: security.protocol, sasl.jaas.config and sasl.mechanism only.',
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
