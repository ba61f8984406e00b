import { atLeast, between, flag, integer, text } from '../../settings/kinds.ts';

const group = 'Internal topics';

function notEmpty(value: string): string | undefined {
  return value === '' ? 'must not be empty' : undefined;
}

/** Connect's rule: -1 asks the brokers for their default, 0 and less are errors. */
function countOrDefault(value: number): string | undefined {
  return value === -1 || value >= 1 ? undefined : 'Value must be at least 1, or -1 for the default of the brokers';
}

function topic(what: 'config' | 'offset' | 'status', documentation: string) {
  return text(`${what}.storage.topic`, { required: true, group, importance: 'HIGH', check: notEmpty, documentation });
}

function replication(what: 'config' | 'offset' | 'status') {
  return integer(`${what}.storage.replication.factor`, 'SHORT', {
    default: '3',
    group,
    importance: 'LOW',
    check: countOrDefault,
    documentation: `Copies of the ${what} topic when it is created; -1: the default of the brokers. A cluster of fewer than three brokers needs a smaller number.`,
  });
}

function partitions(what: 'offset' | 'status', count: string) {
  return integer(`${what}.storage.partitions`, 'INT', {
    default: count,
    group,
    importance: 'LOW',
    check: countOrDefault,
    documentation: `Partitions of the ${what} topic when it is created; -1: the default of the brokers.`,
  });
}

/** The three topics that hold the state of the cluster. Other keys `config.storage.…` etc. are topic settings at creation. */
export const topicSettings = {
  configTopic: topic(
    'config',
    'Topic of connector and task configurations. One partition, compacted; created when it is missing.',
  ),
  configReplicationFactor: replication('config'),
  offsetTopic: topic('offset', 'Topic of source offsets. Compacted; created when it is missing.'),
  offsetReplicationFactor: replication('offset'),
  offsetPartitions: partitions('offset', '25'),
  statusTopic: topic('status', 'Topic of connector and task statuses. Compacted; created when it is missing.'),
  statusReplicationFactor: replication('status'),
  statusPartitions: partitions('status', '5'),
  configRevisionsMax: integer('config.revisions.max', 'INT', {
    default: '10',
    group,
    importance: 'LOW',
    check: between(0, 1000),
    documentation:
      'Revisions that are kept of the configuration of each connector, secrets as they were stored; 0: none. See the REST API, `/connectors/{name}/config/revisions`.',
  }),
  configRevisionsDeletedRetentionMs: integer('config.revisions.deleted.retention.ms', 'LONG', {
    default: '604800000',
    group,
    importance: 'LOW',
    check: atLeast(0),
    documentation:
      'How long the revisions of a deleted connector are kept, milliseconds (of the 100 deleted last at most). They go with the next deletion, or when another worker becomes the leader.',
  }),
  internalTopicsCreation: flag('internal.topics.automatic.creation.enable', {
    default: 'true',
    group,
    importance: 'LOW',
    documentation: 'Whether missing topics of the three are created. false: a worker does not start without them.',
  }),
  internalTopicsAcceptRecreated: flag('internal.topics.accept.recreated', {
    default: 'false',
    group,
    importance: 'LOW',
    documentation:
      'Whether a worker starts although the topic of source offsets is missing, or is another one than the cluster has used: connectors without an offset then begin anew. Otherwise it refuses (INTERNAL_TOPIC_LOST). Set it for one start, then remove it.',
  }),
};
