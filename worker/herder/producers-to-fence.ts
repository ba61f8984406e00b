import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { sameConfig } from './config-equality.ts';

/**
 * Numbers of the tasks whose former producers must be fenced before the new set may start: those that were removed and
 * those that changed, since another task may now have their part of the source. A task that goes on unchanged keeps its
 * producer, and one that starts again fences its former self. Where nothing is known of the set before, all are fenced.
 *
 * One task that becomes one task needs no round (KIP-618).
 */
export function producersToFence(connector: ConnectorConfigState): number[] {
  const recorded = connector.taskCountRecord;
  if (recorded === undefined || (recorded <= 1 && connector.tasks.length <= 1)) return [];
  return Array.from({ length: recorded }, (_, number) => number).filter((number) => !goesOn(connector, number));
}

/** Numbers of the tasks of the new set that wait for the fencing: all but those that go on from the set before. */
export function tasksBehindFencing(connector: ConnectorConfigState): number[] {
  return [...connector.tasks.keys()].filter((number) => !goesOn(connector, number));
}

/** Whether the task is the same as in the set whose producers may exist. */
function goesOn({ fencedTasks, config, appliedConfig, tasks }: ConnectorConfigState, number: number): boolean {
  if (fencedTasks === undefined || !sameConfig(fencedTasks.config, appliedConfig ?? config)) return false;
  const before = fencedTasks.tasks[number];
  const now = tasks[number];
  return before !== undefined && now !== undefined && sameConfig(before, now);
}
