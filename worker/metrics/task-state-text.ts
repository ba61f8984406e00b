import type { RunState } from '../health/task-history.ts';

const texts = {
  idle: 'unassigned',
  starting: 'unassigned',
  running: 'running',
  paused: 'paused',
  stopping: 'running',
  waiting: 'failed',
  failed: 'failed',
  finished: 'unassigned',
} as const satisfies Record<RunState, string>;

/** A task's state in the words of Connect's metrics. */
export function taskStateText(run: RunState): string {
  return texts[run];
}
