import { parseSettings } from '../../settings/parse-settings.ts';
import { connectorSettings } from '../connector-settings.ts';

/** What placement needs to know of a host. */
export interface HostLoad {
  readonly taskCount: number;
  /** A task that is to have its process for itself is in it. */
  readonly taken: boolean;
}

/** Whether a connector's tasks are to have processes for themselves; false where the value is wrong, since validation has refused that. */
export function wantsHostAlone(connectorConfig: Readonly<Record<string, string>>): boolean {
  const { taskHostAlone } = connectorSettings;
  const { values, problems } = parseSettings({ taskHostAlone }, connectorConfig);
  return problems.size === 0 && values.taskHostAlone;
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
