import type { ConnectorConfig } from '../source-connector.ts';

/** Ours, in the stored configuration of a task that does not stream; the first task's stays what Debezium would have. */
const ROLE = 'millrace.task.role';
const HELPER = 'snapshot';

/** The configuration of a task that reads a share of snapshots. */
export function helperConfig(task: ConnectorConfig): ConnectorConfig {
  return { ...task, [ROLE]: HELPER };
}

export function isHelper(task: ConnectorConfig): boolean {
  return task[ROLE] === HELPER;
}

/** How many tasks share a snapshot. */
export function snapshotTasks(config: ConnectorConfig): number {
  const most = Number(config['tasks.max'] ?? '1');
  return Number.isInteger(most) && most > 0 ? most : 1;
}
