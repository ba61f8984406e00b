import type { SourceProgress } from '../../connectors/source-progress.ts';
import type { MeasuredTask } from '../health/worker-measures.ts';
import type { TaskProgress } from '../task-host/messages.ts';
import { labelsOf, type Labels } from './metric-definition.ts';

/** A task that tells of its source. */
interface MeasuredSource {
  readonly progress: TaskProgress;
  readonly source: SourceProgress;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A metric in one of Debezium's contexts. */
export interface DebeziumDefinition {
  readonly name: string;
  readonly help: string;
  readonly context: 'streaming' | 'snapshot';
  readonly value: (measured: MeasuredSource) => number | null;
}

/** Makes the metrics of a context. */
export function inContext(context: DebeziumDefinition['context']) {
  return (name: string, help: string, value: DebeziumDefinition['value']): DebeziumDefinition => ({
    name: `debezium_metrics_${name}`,
    help,
    context,
    value,
  });
}

export const debeziumLabels = ['plugin', 'name', 'context', 'connector', 'task'] as const;

export function debeziumLabelsOf(
  task: MeasuredTask,
  { plugin, server }: SourceProgress,
  context: DebeziumDefinition['context'],
): Labels {
  return { plugin, name: server, context, ...labelsOf(task) };
}

export function truth(value: boolean): number {
  return value ? 1 : 0;
}
