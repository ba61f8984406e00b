import type { MeasuredTask, WorkerMeasures } from '../health/worker-measures.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One metric: its text, its row in docs/metrics.md and its value all come from here. */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  readonly labels: readonly string[];
  /** What it is now; a sample per combination of labels, none where nothing is known. */
  readonly samples: (measures: WorkerMeasures) => Iterable<Sample>;
}

type Value = number | null | undefined;

export interface Named {
  readonly name: string;
  readonly help: string;
  readonly kind?: 'gauge' | 'counter';
}

/** A metric of the whole worker. */
export function workerMetric(named: Named, value: (measures: WorkerMeasures) => Value): MetricDefinition {
  return {
    kind: 'gauge',
    ...named,
    labels: [],
    samples: (measures) => {
      const found = value(measures);
      return found === null || found === undefined ? [] : [{ labels: {}, value: found }];
    },
  };
}

export const taskLabels = ['connector', 'task'] as const;

export function labelsOf({ connector, task }: MeasuredTask): Labels {
  return { connector, task: String(task) };
}

/** A metric of each task on this worker. */
export function taskMetric(
  named: Named,
  value: (snapshot: MeasuredTask['snapshot'], now: number) => Value,
): MetricDefinition {
  return {
    kind: 'gauge',
    ...named,
    labels: taskLabels,
    samples: ({ tasks }) =>
      tasks.flatMap((task) => {
        const found = value(task.snapshot, Date.now());
        return found === null || found === undefined ? [] : [{ labels: labelsOf(task), value: found }];
      }),
  };
}

/** A part of a whole, 0 to 1; 0 of nothing. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
