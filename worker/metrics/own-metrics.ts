import { productVersion } from '../version.ts';
import { labelsOf, taskLabels, taskMetric, workerMetric, type MetricDefinition } from './metric-definition.ts';

function seconds(milliseconds: number | null | undefined): number | null {
  return milliseconds === null || milliseconds === undefined ? null : milliseconds / 1000;
}

const slotLevels = ['ok', 'warning', 'alarm'];

/** What Connect and Debezium have no name for. */
export const ownMetrics: readonly MetricDefinition[] = [
  taskMetric(
    {
      name: 'millrace_task_lag_bytes',
      help: "Bytes of the source's log between what Kafka holds and the log's end, those of no interest included.",
    },
    ({ progress }) => progress?.source?.lagBytes,
  ),
  taskMetric(
    { name: 'millrace_task_lag_seconds', help: 'Age of the oldest change that may not be in Kafka yet; 0: none.' },
    ({ progress }) => seconds(progress?.source?.lagMs),
  ),
  taskMetric(
    {
      name: 'millrace_task_round_trip_seconds',
      help: 'From writing a heartbeat to the source (millrace.heartbeat.write) to reading it, the last one.',
    },
    ({ progress }) => seconds(progress?.source?.heartbeat?.roundTripMs),
  ),
  taskMetric(
    {
      name: 'millrace_incremental_tables',
      help: 'Tables that an incremental snapshot has still to read.',
    },
    ({ progress }) => progress?.source?.incremental?.tables ?? (progress?.source ? 0 : null),
  ),
  taskMetric(
    {
      name: 'millrace_incremental_rows',
      help: 'Rows that it has read of the table being read.',
    },
    ({ progress }) => progress?.source?.incremental?.rows,
  ),
  taskMetric(
    {
      name: 'millrace_incremental_waiting_rows',
      help: 'Rows of its open window: read, and waiting for their place among the changes.',
    },
    ({ progress }) => progress?.source?.incremental?.chunk?.waitingRows,
  ),
  taskMetric(
    {
      name: 'millrace_task_slot_retained_bytes',
      help: "What the server keeps of its log for the task's slot.",
    },
    ({ progress }) => progress?.source?.slot?.retainedBytes,
  ),
  taskMetric(
    {
      name: 'millrace_task_slot_unconfirmed_bytes',
      help: "Bytes of log between the slot's confirmed position and the log's end.",
    },
    ({ progress }) => progress?.source?.slot?.unconfirmedBytes,
  ),
  taskMetric(
    {
      name: 'millrace_task_slot_safe_bytes',
      help: 'What may still be written before the server may give the slot up (safe_wal_size); none: without limit.',
    },
    ({ progress }) => progress?.source?.slot?.safeBytes,
  ),
  taskMetric(
    {
      name: 'millrace_task_slot_exhausted_seconds',
      help: 'When, at the rate of the last minutes, the slot will have no room left, from now; none: not at all.',
    },
    ({ progress }) => seconds(progress?.source?.slot?.exhaustedInMs),
  ),
  taskMetric(
    {
      name: 'millrace_task_slot_level',
      help: '0: the slot is well; 1: a warning, 2: an alarm, of which the progress of the task says more.',
    },
    ({ progress }) => {
      const level = progress?.source?.slot?.level;
      return level === undefined ? null : slotLevels.indexOf(level);
    },
  ),
  taskMetric(
    {
      name: 'millrace_task_spool_transactions',
      help: 'Transactions whose changes wait on disk for their end (millrace.stream.in.progress, millrace.two.phase).',
    },
    ({ progress }) => progress?.source?.spool?.transactions,
  ),
  taskMetric(
    {
      name: 'millrace_task_spool_bytes',
      help: 'Bytes of these changes in files (millrace.spool.max.bytes limits it).',
    },
    ({ progress }) => progress?.source?.spool?.bytes,
  ),
  taskMetric(
    { name: 'millrace_task_spool_memory_bytes', help: 'Memory that the way between these files and the source takes.' },
    ({ progress }) => progress?.source?.spool?.memoryBytes,
  ),
  taskMetric(
    {
      name: 'millrace_task_read_anew_total',
      kind: 'counter',
      help: 'Times in this run that all was read anew since the source had no longer what follows the offset (millrace.gap.action).',
    },
    ({ progress }) => progress?.source?.readAnew?.times ?? (progress?.source ? 0 : null),
  ),
  {
    name: 'millrace_slot_without_connector_retained_bytes',
    help: 'What a server that tasks of this worker read keeps for the slot of a connector that was deleted (GET /summary, slots_without_connector).',
    kind: 'gauge',
    labels: ['connector', 'slot'],
    samples: ({ slotsWithoutConnector }) =>
      slotsWithoutConnector.map(({ connector, slot, retained_bytes: value }) => ({
        labels: { connector, slot },
        value: value ?? 0,
      })),
  },
  taskMetric(
    {
      name: 'millrace_task_stalled',
      help: '1 for a task that is RUNNING without progress although there is something to do (task.stall.timeout.ms).',
    },
    ({ stalled }) => (stalled === null ? 0 : 1),
  ),
  taskMetric(
    { name: 'millrace_task_connected', help: '1 while the task is connected to its source.' },
    ({ progress }) => {
      const source = progress?.source;
      return source ? Number(source.connected) : null;
    },
  ),
  taskMetric(
    { name: 'millrace_task_last_acknowledged_timestamp_seconds', help: 'When Kafka last acknowledged something.' },
    ({ progress }) => seconds(progress?.lastAckMs),
  ),
  taskMetric(
    {
      name: 'millrace_task_truncate_events_total',
      kind: 'counter',
      help: 'Truncated tables among the changes read in this run; Debezium counts them in its total only.',
    },
    ({ progress }) => progress?.source?.changes.truncates,
  ),
  taskMetric(
    {
      name: 'millrace_task_acknowledged_bytes_total',
      kind: 'counter',
      help: 'Bytes of the source behind the acknowledged records of this run.',
    },
    ({ progress }) => progress?.bytes,
  ),
  taskMetric(
    {
      name: 'millrace_snapshot_bytes',
      help: 'What the tables of the snapshot take in the source, about.',
    },
    ({ progress }) => progress?.source?.snapshot?.bytes,
  ),
  taskMetric(
    { name: 'millrace_snapshot_bytes_done', help: 'That part of it which has been read.' },
    ({ progress }) => progress?.source?.snapshot?.bytesDone,
  ),
  taskMetric(
    { name: 'millrace_snapshot_rows_per_second', help: 'Rows read per second since the snapshot began here.' },
    ({ progress }) => progress?.source?.snapshot?.rowsPerSecond,
  ),
  taskMetric(
    {
      name: 'millrace_snapshot_estimated_end_timestamp_seconds',
      help: 'When the snapshot will have ended at the pace so far.',
    },
    ({ progress }) => seconds(progress?.source?.snapshot?.estimatedEndMs),
  ),
  taskMetric(
    { name: 'millrace_task_pending_bytes', help: 'Bytes read and not acknowledged yet.' },
    ({ progress }) => progress?.pendingBytes,
  ),
  taskMetric(
    { name: 'millrace_task_queued_bytes', help: 'Those of them that wait to be encoded.' },
    ({ progress }) => progress?.queuedBytes,
  ),
  taskMetric(
    {
      name: 'millrace_task_restarts_total',
      kind: 'counter',
      help: 'Restarts by the worker itself since the task came here.',
    },
    ({ restarts }) => restarts,
  ),
  taskMetric(
    { name: 'millrace_task_next_restart_timestamp_seconds', help: 'When a failed task is tried again.' },
    ({ next }) => seconds(next?.atMs),
  ),
  taskMetric(
    {
      name: 'millrace_task_restart_budget_spent',
      help: '1 for a task that stays FAILED since its restarts are spent.',
    },
    ({ spent }) => (spent === null ? 0 : 1),
  ),
  {
    name: 'millrace_task_failures_total',
    help: 'Failures since the task came here, by code (docs/errors.md).',
    kind: 'counter',
    labels: [...taskLabels, 'code'],
    samples: ({ tasks }) =>
      tasks.flatMap((task) =>
        [...task.snapshot.failureTotals].map(([code, value]) => ({ labels: { ...labelsOf(task), code }, value })),
      ),
  },
  {
    name: 'millrace_task_host_resident_memory_bytes',
    help: 'Resident memory of a task host.',
    kind: 'gauge',
    labels: ['pid'],
    samples: ({ hosts }) =>
      hosts.flatMap(({ pid, rssBytes }) =>
        rssBytes === null ? [] : [{ labels: { pid: String(pid) }, value: rssBytes }],
      ),
  },
  workerMetric(
    { name: 'millrace_task_hosts', help: 'Child processes of this worker, idle spare included.' },
    ({ hosts }) => hosts.length,
  ),
  workerMetric({ name: 'millrace_worker_resident_memory_bytes', help: 'Resident memory of the worker itself.' }, () =>
    process.memoryUsage.rss(),
  ),
  {
    name: 'millrace_build_info',
    help: 'Version of this worker.',
    kind: 'gauge',
    labels: ['version'],
    samples: () => [{ labels: { version: productVersion }, value: 1 }],
  },
];
