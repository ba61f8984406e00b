import type { Status } from './records/status-record.ts';

/**
 * Whether a status may be written over the one that is known (Connect's putSafe): over none, over an own one, over one of an
 * older or the same generation; but giving work up does not hide that somebody else runs it already.
 */
export function mayReplace(current: Status | undefined, next: Status): boolean {
  if (current === undefined || current.workerId === next.workerId) return true;
  return current.generation <= next.generation && !isStale(current, next);
}

/**
 * An UNASSIGNED that comes in behind the RUNNING of another worker in the same or a later generation: its writer had not yet seen
 * that the work has moved on. A worker's own records are in order and are always believed.
 */
export function isStale(current: Status | undefined, next: Status): boolean {
  return (
    next.state === 'UNASSIGNED' &&
    current?.state === 'RUNNING' &&
    current.workerId !== next.workerId &&
    current.generation >= next.generation
  );
}
