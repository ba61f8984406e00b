import type { ChunkProgress } from '../../connectors/source-progress.ts';
import { debeziumLabels, debeziumLabelsOf, inContext, truth, type DebeziumDefinition } from './debezium-definition.ts';
import type { MetricDefinition } from './metric-definition.ts';

const snapshot = inContext('snapshot');

/** Of the newest chunk of an incremental snapshot, where it is an integer: a text in a label would make a new series with each. */
function chunk(name: string, help: string, value: (chunk: ChunkProgress) => string | null): DebeziumDefinition {
  return snapshot(name, `Incremental snapshot: ${help} Keys that are one integer only.`, ({ source }) => {
    const text = source.incremental?.chunk == null ? null : value(source.incremental.chunk);
    return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
  });
}

/** SnapshotMetricsMXBean as far as a snapshot in one piece has something to say. */
export const debeziumSnapshotMetrics: readonly DebeziumDefinition[] = [
  snapshot('SnapshotRunning', '1 while the snapshot is taken.', ({ source }) =>
    truth(source.snapshot?.state === 'running'),
  ),
  snapshot('SnapshotCompleted', '1 when it was completed in this run.', ({ source }) =>
    truth(source.snapshot?.state === 'completed'),
  ),
  snapshot('SnapshotAborted', '1 when it was interrupted; it is begun again.', ({ source }) =>
    truth(source.snapshot?.state === 'aborted'),
  ),
  snapshot('SnapshotSkipped', '1 when this run streams without having taken one.', ({ source }) =>
    truth(source.snapshot === null && source.phase === 'streaming'),
  ),
  snapshot('SnapshotPaused', '1 while an incremental snapshot is paused.', ({ source }) =>
    truth(source.incremental?.state === 'paused'),
  ),
  snapshot('SnapshotPausedDurationInSeconds', 'Always 0.', () => 0),
  snapshot('SnapshotDurationInSeconds', 'How long it has taken, or took.', ({ source: { snapshot: taken }, now }) =>
    taken === null ? 0 : Math.max(0, Math.round(((taken.endedMs ?? now) - taken.startedMs) / 1000)),
  ),
  snapshot('TotalTableCount', 'Tables of the snapshot.', ({ source }) => source.snapshot?.tables ?? 0),
  snapshot('RemainingTableCount', 'Those that are still to be read.', ({ source: { snapshot: taken } }) =>
    taken === null ? 0 : taken.tables - taken.tablesDone,
  ),
  snapshot('TotalNumberOfEventsSeen', 'Rows read by the snapshot.', ({ source }) => source.snapshot?.rows ?? 0),
  chunk('ChunkId', 'Number of the chunk, from 1 in each table (Debezium: a UUID).', ({ id }) => String(id)),
  chunk('ChunkFrom', 'Key that its rows lie above.', ({ from }) => from),
  chunk('ChunkTo', 'Key of its last row.', ({ to }) => to),
  chunk('TableFrom', 'Key above which the reading of the table began.', ({ tableFrom }) => tableFrom),
  chunk('TableTo', 'Key up to which the table is read.', ({ tableTo }) => tableTo),
];

/** Debezium's map from table to rows is a label here, as in the JMX exporter rules of its examples. */
export const rowsScanned: MetricDefinition = {
  name: 'debezium_metrics_RowsScanned',
  help: 'Rows that the snapshot has read of a table, `schema.table`; of its first 200 tables.',
  kind: 'gauge',
  labels: [...debeziumLabels, 'table'],
  samples: ({ tasks }) =>
    tasks.flatMap((task) => {
      const source = task.snapshot.progress?.source;
      if (!source) return [];
      const labels = debeziumLabelsOf(task, source, 'snapshot');
      return (source.snapshot?.rowsByTable ?? []).map(({ table, rows }) => ({
        labels: { ...labels, table },
        value: rows,
      }));
    }),
};
