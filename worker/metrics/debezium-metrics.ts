import type { SourceProgress } from '../../connectors/source-progress.ts';
import type { TaskProgress } from '../task-host/messages.ts';
import { labelsOf, type MetricDefinition } from './metric-definition.ts';

interface Measured {
  readonly progress: TaskProgress;
  readonly source: SourceProgress;
  readonly now: number;
}

type Value = number | null;

const labels = ['plugin', 'name', 'context', 'connector', 'task'] as const;

function debezium(
  context: 'streaming' | 'snapshot',
  name: string,
  help: string,
  value: (measured: Measured) => Value,
): { name: string; help: string; context: string; value: (measured: Measured) => Value } {
  return { name: `debezium_metrics_${name}`, help, context, value };
}

function truth(value: boolean): number {
  return value ? 1 : 0;
}

/** An LSN `X/X` as a number: a text in a label would make a new series with every change. */
function positionNumber(position: string | null): Value {
  const [, high, low] = /^([0-9A-F]+)\/([0-9A-F]+)$/.exec(position ?? '') ?? [];
  if (high === undefined || low === undefined) return null;
  return Number((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`));
}

const streaming = [
  debezium('streaming', 'Connected', '1 while connected to the source.', ({ source }) => truth(source.connected)),
  debezium(
    'streaming',
    'MilliSecondsBehindSource',
    'Age of the oldest change that may not be in Kafka yet; 0 when there is none, also while the source is idle.',
    ({ source }) => source.lagMs,
  ),
  debezium(
    'streaming',
    'MilliSecondsSinceLastEvent',
    'Since the source handed over an event; -1: none yet.',
    ({ progress, now }) => (progress.lastRecordMs === null ? -1 : Math.max(0, now - progress.lastRecordMs)),
  ),
  debezium('streaming', 'TotalNumberOfEventsSeen', 'Events read in this run.', ({ progress }) => progress.polled),
  debezium(
    'streaming',
    'NumberOfCommittedTransactions',
    'Transactions of the source read in this run.',
    ({ source }) => source.transactions,
  ),
  debezium(
    'streaming',
    'LastEvent',
    'When the newest change that Kafka holds was committed at the source, epoch milliseconds (Debezium: a text).',
    ({ source }) => source.lastEventMs,
  ),
  debezium('streaming', 'LastTransactionId', 'Id of the last transaction read.', ({ source: { lastTransaction } }) =>
    /^\d+$/.test(lastTransaction ?? '') ? Number(lastTransaction) : null,
  ),
  debezium(
    'streaming',
    'SourceEventPosition',
    'Kafka holds everything before this position: the LSN as a number (Debezium: a map of texts).',
    ({ source }) => positionNumber(source.position),
  ),
  debezium(
    'streaming',
    'CurrentQueueSizeInBytes',
    'Bytes read and not acknowledged yet.',
    ({ progress }) => progress.pendingBytes,
  ),
  debezium(
    'streaming',
    'MaxQueueSizeInBytes',
    'Bytes at which the source is paused.',
    ({ progress }) => progress.capacityBytes,
  ),
];

const snapshot = [
  debezium('snapshot', 'SnapshotRunning', '1 while the snapshot is taken.', ({ source }) =>
    truth(source.snapshot?.state === 'running'),
  ),
  debezium('snapshot', 'SnapshotCompleted', '1 when it was completed in this run.', ({ source }) =>
    truth(source.snapshot?.state === 'completed'),
  ),
  debezium('snapshot', 'SnapshotAborted', '1 when it was interrupted; it is begun again.', ({ source }) =>
    truth(source.snapshot?.state === 'aborted'),
  ),
  debezium('snapshot', 'SnapshotPaused', 'Always 0.', () => 0),
  debezium(
    'snapshot',
    'SnapshotDurationInSeconds',
    'How long it has taken, or took.',
    ({ source: { snapshot: taken }, now }) =>
      taken === null ? 0 : Math.max(0, Math.round(((taken.endedMs ?? now) - taken.startedMs) / 1000)),
  ),
  debezium('snapshot', 'TotalTableCount', 'Tables of the snapshot.', ({ source }) => source.snapshot?.tables ?? 0),
  debezium('snapshot', 'RemainingTableCount', 'Those that are still to be read.', ({ source: { snapshot: taken } }) =>
    taken === null ? 0 : taken.tables - taken.tablesDone,
  ),
  debezium(
    'snapshot',
    'TotalNumberOfEventsSeen',
    'Rows read by the snapshot.',
    ({ source }) => source.snapshot?.rows ?? 0,
  ),
];

function definitions(): MetricDefinition[] {
  const all = [...streaming, ...snapshot];
  const names = [...new Set(all.map(({ name }) => name))];
  return names.map((name) => {
    const contexts = all.filter((entry) => entry.name === name);
    return {
      name,
      help: contexts
        .map(({ help, context }) => (contexts.length > 1 ? `With context="${context}": ${help}` : help))
        .join(' '),
      kind: 'gauge',
      labels,
      samples: ({ tasks }) =>
        tasks.flatMap((task) => {
          const { progress } = task.snapshot;
          const source = progress?.source;
          if (!progress || !source) return [];
          const measured = { progress, source, now: Date.now() };
          return contexts.flatMap(({ context, value }) => {
            const found = value(measured);
            const { plugin, server } = source;
            return found === null
              ? []
              : [{ labels: { plugin, name: server, context, ...labelsOf(task) }, value: found }];
          });
        }),
    };
  });
}

/** Debezium's, by the names and labels that its JMX exporter rules give, with connector and task beside them. */
export const debeziumMetrics: readonly MetricDefinition[] = definitions();
