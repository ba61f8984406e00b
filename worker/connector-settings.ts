import { anyCaseChoice, atLeast, exactChoice, flag, integer, list, pluginClass, text } from '../settings/kinds.ts';
import type { SettingValues } from '../settings/setting.ts';

/** A connector's name may hold anything but control characters (0 to 31 and 127 to 159, Java's ISO control characters). */
function nameProblem(name: string): string | undefined {
  if (name === '') return 'String may not be empty';
  const codes = Array.from({ length: name.length }, (_, index) => name.charCodeAt(index));
  const control = codes.filter((code) => code < 32 || (code >= 127 && code < 160));
  return control.length === 0
    ? undefined
    : `String may not contain control sequences but had the following ASCII chars: ${control.join(', ')}`;
}

function notEmpty(value: string | null): string | undefined {
  return value === '' ? 'String must be non-empty' : undefined;
}

function duplicateAlias(names: readonly string[]): string | undefined {
  return new Set(names).size === names.length ? undefined : 'Duplicate alias provided.';
}

const common = { group: 'Common', importance: 'LOW' } as const;
const errors = { group: 'Error Handling', importance: 'MEDIUM' } as const;
const exactlyOnce = { group: 'Exactly Once Support', importance: 'MEDIUM', width: 'SHORT' } as const;
const restarts = { group: 'Restarts', importance: 'MEDIUM' } as const;

/** What every connector's configuration may hold beside the connector's own settings: Connect's, in Connect's order. */
export const connectorSettings = {
  name: text('name', {
    required: true,
    group: 'Common',
    importance: 'HIGH',
    displayName: 'Connector name',
    check: nameProblem,
    documentation: 'Name of the connector, unique in the cluster.',
  }),
  connectorClass: text('connector.class', {
    required: true,
    group: 'Common',
    importance: 'HIGH',
    width: 'LONG',
    displayName: 'Connector class',
    documentation: 'Class of the connector, by its full name, its simple name, or the simple name without `Connector`.',
  }),
  connectorPluginVersion: text('connector.plugin.version', {
    optional: true,
    group: 'Common',
    importance: 'MEDIUM',
    displayName: 'Connector version',
    documentation:
      'Version of the connector, as a number or a Maven range (`[1.0,2.0)`), or `latest`. A connector that is not there in such a version is refused.',
  }),
  tasksMax: integer('tasks.max', 'INT', {
    default: '1',
    group: 'Common',
    importance: 'HIGH',
    displayName: 'Tasks max',
    check: atLeast(1),
    documentation: 'Most tasks that the connector may divide its work into.',
  }),
  tasksMaxEnforce: flag('tasks.max.enforce', {
    ...common,
    default: 'true',
    displayName: 'Enforce tasks max',
    documentation: 'Whether a connector that makes more tasks than tasks.max fails (true) or is warned about (false).',
  }),
  keyConverter: pluginClass('key.converter', {
    ...common,
    optional: true,
    displayName: 'Key converter class',
    documentation: "How keys become bytes. Unset: the worker's key.converter with its settings.",
  }),
  keyConverterPluginVersion: text('key.converter.plugin.version', {
    ...common,
    optional: true,
    width: 'SHORT',
    displayName: 'Key converter version',
    documentation: 'The converters are built in, so this has no effect.',
  }),
  valueConverter: pluginClass('value.converter', {
    ...common,
    optional: true,
    displayName: 'Value converter class',
    documentation: "How values become bytes. Unset: the worker's value.converter with its settings.",
  }),
  valueConverterPluginVersion: text('value.converter.plugin.version', {
    ...common,
    optional: true,
    width: 'SHORT',
    displayName: 'Value converter version',
    documentation: 'The converters are built in, so this has no effect.',
  }),
  headerConverter: pluginClass('header.converter', {
    ...common,
    optional: true,
    displayName: 'Header converter class',
    documentation: "How headers become bytes. Unset: the worker's header.converter with its settings.",
  }),
  headerConverterPluginVersion: text('header.converter.plugin.version', {
    ...common,
    optional: true,
    width: 'SHORT',
    displayName: 'Header converter version',
    documentation: 'The converters are built in, so this has no effect.',
  }),
  transforms: list('transforms', {
    default: '',
    group: 'Transforms',
    importance: 'LOW',
    displayName: 'Transforms',
    check: duplicateAlias,
    documentation:
      'Transformations of each record, by alias, in the order in which they apply; `transforms.<alias>.type` names the class.',
  }),
  predicates: list('predicates', {
    default: '',
    group: 'Predicates',
    importance: 'LOW',
    displayName: 'Predicates',
    check: duplicateAlias,
    documentation: 'Conditions of transformations, by alias; `predicates.<alias>.type` names the class.',
  }),
  configActionReload: exactChoice('config.action.reload', ['none', 'restart'], {
    ...common,
    default: 'restart',
    displayName: 'Reload Action',
    documentation:
      'What happens when a value of a configuration provider expires. There are no providers in this version.',
  }),
  errorsRetryTimeout: integer('errors.retry.timeout', 'LONG', {
    ...errors,
    default: '0',
    width: 'MEDIUM',
    displayName: 'Retry Timeout for Errors',
    documentation:
      'How long a record whose transformation or conversion failed for a passing reason is tried again, milliseconds; 0: not at all, -1: without limit. The built-in ones never fail for a passing reason.',
  }),
  errorsRetryDelayMaxMs: integer('errors.retry.delay.max.ms', 'LONG', {
    ...errors,
    default: '60000',
    width: 'MEDIUM',
    displayName: 'Maximum Delay Between Retries for Errors',
    documentation:
      'Longest wait between two tries of errors.retry.timeout, milliseconds; the first is 300 ms, and each is twice the one before.',
  }),
  errorsTolerance: exactChoice('errors.tolerance', ['none', 'all'], {
    ...errors,
    default: 'none',
    width: 'SHORT',
    displayName: 'Error Tolerance',
    documentation:
      'Whether a record that cannot be transformed or converted, or is too large for Kafka, fails the task (none), so that nothing is lost, or is skipped (all) and counted.',
  }),
  errorsLogEnable: flag('errors.log.enable', {
    ...errors,
    default: 'false',
    displayName: 'Log Errors',
    documentation:
      'Whether each record that failed is logged with the stage and the reason. A failure that ends the task is always logged.',
  }),
  errorsLogIncludeMessages: flag('errors.log.include.messages', {
    ...errors,
    default: 'false',
    displayName: 'Log Error Details',
    documentation: 'Whether that log shows the record, its values included: set it only where the log may hold them.',
  }),
  topicCreationGroups: list('topic.creation.groups', {
    default: '',
    group: 'Topic Creation',
    importance: 'LOW',
    displayName: 'Topic Creation Groups',
    check: duplicateAlias,
    documentation:
      'Groups of topics with rules of their own for creating them, `topic.creation.<group>.…`. The group default always exists.',
  }),
  exactlyOnceSupport: anyCaseChoice('exactly.once.support', ['required', 'requested'], {
    ...exactlyOnce,
    default: 'requested',
    displayName: 'Exactly once support',
    documentation:
      'required: refuse the connector where the worker does not run with exactly.once.source.support=enabled.',
  }),
  transactionBoundary: anyCaseChoice('transaction.boundary', ['interval', 'poll', 'connector'], {
    ...exactlyOnce,
    default: 'poll',
    displayName: 'Transaction Boundary',
    documentation:
      'When a transaction is committed. poll: by load, when the source has nothing more to give, after 100 ms or 16 MB; one transaction covers whole batches. interval: every transaction.boundary.interval.ms. connector: where the connector says, if it can.',
  }),
  transactionBoundaryIntervalMs: integer('transaction.boundary.interval.ms', 'LONG', {
    optional: true,
    group: 'Exactly Once Support',
    importance: 'LOW',
    displayName: 'Transaction boundary interval',
    documentation:
      "Length of transactions with transaction.boundary=interval, at most half of the producer's transaction.timeout.ms. Unset: the worker's offset.flush.interval.ms.",
  }),
  offsetsStorageTopic: text('offsets.storage.topic', {
    optional: true,
    group: 'offsets.topic',
    importance: 'LOW',
    width: 'LONG',
    displayName: 'Offsets topic',
    check: notEmpty,
    documentation:
      "A topic of the connector's own for its offsets, created with the worker's offset.storage settings when it is missing. Offsets that it does not have are read from the worker's topic, which gets a copy of new ones. Unset: the worker's topic alone.",
  }),
  taskHostAlone: flag('task.host.alone', {
    ...common,
    default: 'false',
    displayName: 'Task hosts of their own',
    documentation:
      "Whether each task of this connector has a process for itself, also beyond the worker's task.hosts.max, for a connector whose memory or code others are not to share. One costs about 60 MB.",
  }),
  taskRestartMax: integer('task.restart.max', 'INT', {
    ...restarts,
    default: '-1',
    check: atLeast(-1),
    displayName: 'Most restarts in a row',
    documentation:
      'How often in a row a task that failed for a passing reason is started again by itself; -1: without limit, 0: never. A task that ran for ten minutes starts counting anew.',
  }),
  taskRestartMaxPerHour: integer('task.restart.max.per.hour', 'INT', {
    ...restarts,
    default: '120',
    check: atLeast(-1),
    displayName: 'Most restarts in an hour',
    documentation:
      'How often within any hour a task that failed for a passing reason is started again by itself; -1: without limit, 0: never. When they are spent the task stays FAILED until it is restarted by hand or its configuration changes, and its trace says so. The default is out of reach of an outage, however long (the waits alone bound that to 75 an hour), and ends a loop of short waits.',
  }),
  taskRestartBackoffMs: integer('task.restart.backoff.ms', 'LONG', {
    ...restarts,
    default: '1000',
    check: atLeast(1),
    displayName: 'First wait before a restart',
    documentation:
      'Wait before a failed task is started again, milliseconds; doubled with each restart in a row. Up to a fifth less, at random, so that tasks that failed together do not come back together.',
  }),
  taskRestartBackoffMaxMs: integer('task.restart.backoff.max.ms', 'LONG', {
    ...restarts,
    default: '60000',
    check: atLeast(1),
    displayName: 'Longest wait before a restart',
    documentation: 'Bound of the doubling of task.restart.backoff.ms, milliseconds.',
  }),
  taskStallTimeoutMs: integer('task.stall.timeout.ms', 'LONG', {
    ...restarts,
    default: '60000',
    importance: 'LOW',
    check: atLeast(1000),
    displayName: 'Stall timeout',
    documentation:
      'A RUNNING task whose source goes on while Kafka has acknowledged nothing of it for so long, milliseconds, is reported as stalled in its progress, in GET /summary and in the metric millrace_task_stalled. Its state stays RUNNING.',
  }),
};

export type ConnectorSettingValues = SettingValues<typeof connectorSettings>;

/** Keys that belong to clients, converters and topics, and are checked by their owners. */
export const ownedPrefixes = [
  'producer.override.',
  'consumer.override.',
  'admin.override.',
  'topic.creation.',
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'column.mask.',
  'column.truncate.',
] as const;
