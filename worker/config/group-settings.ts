import { atLeast, choice, integer, list, text } from '../../settings/kinds.ts';

const group = 'Group';

function notEmpty(value: string | readonly string[]): string | undefined {
  return value.length === 0 ? 'must not be empty' : undefined;
}

/** Where the cluster is and how its workers find and keep each other. */
export const groupSettings = {
  bootstrapServers: list('bootstrap.servers', {
    required: true,
    group,
    importance: 'HIGH',
    check: notEmpty,
    documentation:
      'Kafka brokers to begin with, `host:port` separated by commas; the rest of the cluster is found through them.',
  }),
  groupId: text('group.id', {
    required: true,
    group,
    importance: 'HIGH',
    check: notEmpty,
    documentation:
      'Name of the cluster of workers. Workers with the same name share connectors and tasks. Also part of the transactional ids of tasks; it must not be the name of a consumer group in use.',
  }),
  clientId: text('client.id', {
    default: '',
    group,
    importance: 'LOW',
    documentation:
      "How this worker's own connections introduce themselves to the brokers: `<group.id>-<client.id>`, or the group.id alone.",
  }),
  sessionTimeoutMs: integer('session.timeout.ms', 'INT', {
    default: '10000',
    group,
    importance: 'HIGH',
    check: atLeast(1),
    documentation:
      'A worker that is silent for this long is dead for the others, and its tasks move. Also the longest time that a task writes without a good heartbeat. The brokers bound it (group.min.session.timeout.ms is 6000 unless changed).',
  }),
  heartbeatIntervalMs: integer('heartbeat.interval.ms', 'INT', {
    default: '500',
    group,
    importance: 'HIGH',
    check: atLeast(1),
    documentation:
      'Time between heartbeats to the group coordinator. Connect: 3000. A heartbeat is also how a worker learns of a rebalance, so this bounds how soon a task moves after a worker left; heartbeats have their own connection and cost next to nothing.',
  }),
  rebalanceTimeoutMs: integer('rebalance.timeout.ms', 'INT', {
    default: '60000',
    group,
    importance: 'HIGH',
    check: atLeast(1),
    documentation: 'How long a rebalance waits for a worker to join again before going on without it.',
  }),
  scheduledRebalanceMaxDelayMs: integer('scheduled.rebalance.max.delay.ms', 'INT', {
    default: '0',
    group,
    importance: 'LOW',
    check: atLeast(0),
    documentation:
      'How long the tasks of a departed worker wait for its return before others take them. Connect: 300000. Here 0, since moving a task is cheap and a task that waits is an outage; raise it where workers are restarted one after another.',
  }),
  connectProtocol: choice('connect.protocol', ['eager', 'compatible', 'sessioned'], {
    default: 'sessioned',
    group,
    importance: 'LOW',
    documentation:
      'Accepted so that a worker file of Connect works unchanged, without effect: workers speak one protocol of their own, and a Java worker with the same group.id is refused rather than mixed in.',
  }),
};
