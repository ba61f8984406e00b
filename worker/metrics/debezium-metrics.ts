import { debeziumLabels, debeziumLabelsOf, type DebeziumDefinition } from './debezium-definition.ts';
import { debeziumSnapshotMetrics, rowsScanned } from './debezium-snapshot-metrics.ts';
import { debeziumStreamingMetrics } from './debezium-streaming-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';

/** One name may stand in both contexts. */
function combined(name: string, contexts: readonly DebeziumDefinition[]): MetricDefinition {
  return {
    name,
    help: contexts
      .map(({ help, context }) => (contexts.length > 1 ? `With context="${context}": ${help}` : help))
      .join(' '),
    kind: 'gauge',
    labels: debeziumLabels,
    samples: ({ tasks }) =>
      tasks.flatMap((task) => {
        const { progress } = task.snapshot;
        const source = progress?.source;
        if (!progress || !source) return [];
        const measured = { progress, source, now: Date.now() };
        return contexts.flatMap(({ context, value }) => {
          const found = value(measured);
          return found === null ? [] : [{ labels: debeziumLabelsOf(task, source, context), value: found }];
        });
      }),
  };
}

/** Debezium's, by the names and labels that its JMX exporter rules give, with connector and task beside them. */
export const debeziumMetrics: readonly MetricDefinition[] = [
  ...Map.groupBy([...debeziumStreamingMetrics, ...debeziumSnapshotMetrics], ({ name }) => name),
]
  .map(([name, contexts]) => combined(name, contexts))
  .concat(rowsScanned);
