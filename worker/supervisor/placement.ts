/** What placement needs to know of a host. */
export interface HostLoad {
  readonly taskCount: number;
  /** A task that is to have its process for itself is in it. */
  readonly taken: boolean;
}

/**
 * Which host a task goes to: an empty one, else a new one while fewer than `max` have tasks, else the least loaded. A host
 * that is taken is shared only when there is no other.
 */
export function placeTask<H extends HostLoad>(hosts: readonly H[], max: number): H | 'new' {
  const empty = hosts.find((host) => host.taskCount === 0);
  const busy = hosts.filter((host) => host.taskCount > 0);
  if (busy.length < max || busy.length === 0) return empty ?? 'new';
  const open = busy.filter((host) => !host.taken);
  return (open.length === 0 ? busy : open).reduce((best, host) => (host.taskCount < best.taskCount ? host : best));
}
