import type { WorkerMeasures } from '../health/worker-measures.ts';
import type { TaskProgress } from '../task-host/messages.ts';
import { labelsOf, ratio, taskLabels, taskMetric, type MetricDefinition } from './metric-definition.ts';
import { taskStateText } from './task-state-text.ts';

type MeasuredConnector = WorkerMeasures['connectors'][number];

function connectorMetric(
  name: string,
  help: string,
  value: (connector: MeasuredConnector) => string | null,
): MetricDefinition {
  return {
    name: `kafka_connect_connector_${name}`,
    help,
    kind: 'gauge',
    labels: ['connector', name],
    samples: ({ connectors }) =>
      connectors.flatMap((connector) => {
        const found = value(connector);
        return found === null ? [] : [{ labels: { connector: connector.name, [name]: found }, value: 1 }];
      }),
  };
}

/** connector-metrics: words, so each is 1 with the word in a label. */
export const connectorMetrics: readonly MetricDefinition[] = [
  connectorMetric('status', 'State of the connector, in lower case.', ({ state }) => state),
  connectorMetric('connector_class', 'Class of the connector.', ({ config }) => config['connector.class'] ?? null),
  connectorMetric('connector_type', 'Always source.', () => 'source'),
  connectorMetric('connector_version', 'Version of its class.', ({ version }) => version),
];

const connectorTask = 'kafka_connect_connector_task';

/** connector-task-metrics. */
export const connectorTaskMetrics: readonly MetricDefinition[] = [
  {
    name: `${connectorTask}_status`,
    help: 'State of the task, in lower case; a task that waits for its restart is failed.',
    kind: 'gauge',
    labels: [...taskLabels, 'status'],
    samples: ({ tasks }) =>
      tasks.map((task) => ({
        labels: { ...labelsOf(task), status: taskStateText(task.snapshot.run) },
        value: 1,
      })),
  },
  taskMetric(
    { name: `${connectorTask}_running_ratio`, help: 'Part of its time on this worker that it ran, 0 to 1.' },
    ({ runningRatio }) => runningRatio,
  ),
  taskMetric(
    { name: `${connectorTask}_pause_ratio`, help: 'Part of its time on this worker that it was paused, 0 to 1.' },
    ({ pausedRatio }) => pausedRatio,
  ),
  taskMetric(
    { name: `${connectorTask}_offset_commit_max_time_ms`, help: 'Longest commit of records and offsets of this run.' },
    ({ progress }) => progress?.commitTimeMaxMs,
  ),
  taskMetric(
    { name: `${connectorTask}_offset_commit_avg_time_ms`, help: 'Average commit of records and offsets of this run.' },
    ({ progress }) => progress && ratio(progress.commitTimeTotalMs, progress.transactions),
  ),
  taskMetric(
    { name: `${connectorTask}_offset_commit_success_percentage`, help: 'Part of the commits that succeeded, 0 to 1.' },
    ({ progress }) => progress && ratio(progress.transactions, progress.transactions + progress.commitFailures),
  ),
  taskMetric(
    { name: `${connectorTask}_offset_commit_failure_percentage`, help: 'Part of the commits that failed, 0 to 1.' },
    ({ progress }) => progress && ratio(progress.commitFailures, progress.transactions + progress.commitFailures),
  ),
  taskMetric(
    { name: `${connectorTask}_batch_size_max`, help: 'Most records that the source handed over at once.' },
    ({ progress }) => progress?.batchSizeMax,
  ),
  taskMetric(
    { name: `${connectorTask}_batch_size_avg`, help: 'Records that the source handed over at once, on average.' },
    ({ progress }) => progress && ratio(progress.polled, progress.batches),
  ),
];

const sourceTask = 'kafka_connect_source_task';

const taskError = 'kafka_connect_task_error';

function errorCount(name: string, help: string, value: (errors: TaskProgress['errors']) => number): MetricDefinition {
  return taskMetric(
    { name: `${taskError}_${name}`, kind: 'counter', help },
    ({ progress }) => progress && value(progress.errors),
  );
}

/** source-task-metrics and task-error-metrics. */
export const sourceTaskMetrics: readonly MetricDefinition[] = [
  taskMetric(
    { name: `${sourceTask}_source_record_poll_total`, kind: 'counter', help: 'Records read in this run.' },
    ({ progress }) => progress?.polled,
  ),
  taskMetric(
    { name: `${sourceTask}_source_record_poll_rate`, help: 'Records read per second, over 30 s.' },
    ({ polledPerSecond }) => polledPerSecond,
  ),
  taskMetric(
    { name: `${sourceTask}_source_record_write_total`, kind: 'counter', help: 'Records that Kafka acknowledged.' },
    ({ progress }) => progress?.records,
  ),
  taskMetric(
    { name: `${sourceTask}_source_record_write_rate`, help: 'Records that Kafka acknowledged per second, over 30 s.' },
    ({ recordsPerSecond }) => recordsPerSecond,
  ),
  taskMetric(
    { name: `${sourceTask}_source_record_active_count`, help: 'Records read and not acknowledged yet.' },
    ({ progress }) => progress && progress.polled - progress.records,
  ),
  taskMetric(
    { name: `${sourceTask}_source_record_active_count_max`, help: 'Most of those at one time in this run.' },
    ({ progress }) => progress?.activeMax,
  ),
  taskMetric(
    { name: `${sourceTask}_transaction_size_min`, help: 'Fewest records in a transaction of this run.' },
    ({ progress }) => progress?.transactionSizeMin,
  ),
  taskMetric(
    { name: `${sourceTask}_transaction_size_max`, help: 'Most records in a transaction of this run.' },
    ({ progress }) => progress?.transactionSizeMax,
  ),
  taskMetric(
    { name: `${sourceTask}_transaction_size_avg`, help: 'Records in a transaction of this run, on average.' },
    ({ progress }) => progress && ratio(progress.records, progress.transactions),
  ),
  errorCount('total_record_failures', 'Attempts at records that failed.', ({ failures }) => failures),
  errorCount('total_record_errors', 'Records that failed for good.', ({ errors }) => errors),
  errorCount('total_records_skipped', 'Records left out (errors.tolerance=all).', ({ skipped }) => skipped),
  errorCount('total_retries', 'Attempts that were made again.', ({ retries }) => retries),
  errorCount('total_errors_logged', 'Failures that were logged.', ({ logged }) => logged),
  taskMetric(
    {
      name: `${taskError}_last_error_timestamp`,
      help: 'When a record or the task itself failed last, epoch milliseconds.',
    },
    ({ failures, progress }) => Math.max(failures.at(-1)?.lastMs ?? 0, progress?.errors.lastErrorMs ?? 0) || null,
  ),
];
