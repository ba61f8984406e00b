import type { Startups } from '../health/startup-counts.ts';
import type { WorkerMeasures } from '../health/worker-measures.ts';
import { taskStateText } from './task-state-text.ts';
import { ratio, workerMetric, type MetricDefinition, type Named } from './metric-definition.ts';

function startups(what: 'connector' | 'task', of: (measures: WorkerMeasures) => Startups): MetricDefinition[] {
  const prefix = `kafka_connect_worker_${what}_startup`;
  return [
    workerMetric(
      { name: `${prefix}_attempts_total`, kind: 'counter', help: `Starts of ${what}s on this worker.` },
      (measures) => of(measures).attempts,
    ),
    workerMetric(
      { name: `${prefix}_success_total`, kind: 'counter', help: `Starts of ${what}s that succeeded.` },
      (measures) => of(measures).successes,
    ),
    workerMetric({ name: `${prefix}_success_percentage`, help: `Part of the starts that succeeded, 0 to 1.` }, (m) =>
      ratio(of(m).successes, of(m).attempts),
    ),
    workerMetric(
      { name: `${prefix}_failure_total`, kind: 'counter', help: `Starts of ${what}s that failed.` },
      (measures) => of(measures).failures,
    ),
    workerMetric({ name: `${prefix}_failure_percentage`, help: `Part of the starts that failed, 0 to 1.` }, (m) =>
      ratio(of(m).failures, of(m).attempts),
    ),
  ];
}

/** Tasks of a connector on this worker; `state` undefined: all of them. */
function taskCount(state: string | undefined): MetricDefinition {
  const which = state ?? 'total';
  return {
    name: `kafka_connect_worker_connector_${which}_task_count`,
    help: state === undefined ? 'Tasks of the connector on this worker.' : `Those of them that are ${state}.`,
    kind: 'gauge',
    labels: ['connector'],
    samples: ({ tasks }) => {
      const counts = new Map<string, number>();
      for (const { connector, snapshot } of tasks) {
        const counted = state === undefined || taskStateText(snapshot.run) === state;
        counts.set(connector, (counts.get(connector) ?? 0) + (counted ? 1 : 0));
      }
      return [...counts].map(([connector, value]) => ({ labels: { connector }, value }));
    },
  };
}

/** Something that is no number: 1, with the value in a label. */
function worded(
  named: Named,
  label: string,
  value: (measures: WorkerMeasures) => string | undefined,
): MetricDefinition {
  return {
    kind: 'gauge',
    ...named,
    labels: [label],
    samples: (measures) => {
      const found = value(measures);
      return found === undefined ? [] : [{ labels: { [label]: found }, value: 1 }];
    },
  };
}

const rebalance = 'kafka_connect_worker_rebalance';

/** connect-worker-metrics and connect-worker-rebalance-metrics. */
export const connectWorkerMetrics: readonly MetricDefinition[] = [
  workerMetric(
    { name: 'kafka_connect_worker_connector_count', help: 'Connectors on this worker.' },
    ({ connectors }) => connectors.length,
  ),
  workerMetric({ name: 'kafka_connect_worker_task_count', help: 'Tasks on this worker.' }, ({ tasks }) => tasks.length),
  ...startups('connector', ({ connectorStartups }) => connectorStartups),
  ...startups('task', ({ taskStartups }) => taskStartups),
  ...[undefined, 'running', 'paused', 'failed', 'unassigned', 'destroyed', 'restarting'].map(taskCount),
  worded(
    { name: `${rebalance}_connect_protocol`, help: 'Protocol of the group.' },
    'connect_protocol',
    () => 'millrace-1',
  ),
  worded(
    { name: `${rebalance}_leader_name`, help: 'REST URL of the leader.' },
    'leader_name',
    ({ session }) => session?.leaderUrl,
  ),
  workerMetric({ name: `${rebalance}_epoch`, help: 'Generation of the group.' }, ({ session }) => session?.generation),
  workerMetric(
    { name: `${rebalance}_completed_rebalances_total`, kind: 'counter', help: 'Rounds that ended for this worker.' },
    (measures) => measures.rebalance.completed,
  ),
  workerMetric({ name: `${rebalance}_rebalancing`, help: '1 while this worker waits for the end of a round.' }, (m) =>
    m.rebalance.rebalancing ? 1 : 0,
  ),
  workerMetric(
    {
      name: `${rebalance}_rebalance_max_time_ms`,
      help: 'Longest round since the worker started. No task waits for it.',
    },
    (measures) => measures.rebalance.maxMs,
  ),
  workerMetric({ name: `${rebalance}_rebalance_avg_time_ms`, help: 'Average round since the worker started.' }, (m) =>
    ratio(m.rebalance.totalMs, m.rebalance.completed),
  ),
  workerMetric(
    { name: `${rebalance}_time_since_last_rebalance_ms`, help: 'Since the last round ended.' },
    ({ now, rebalance: { lastEndedAt } }) => (lastEndedAt === null ? undefined : now - lastEndedAt),
  ),
];
