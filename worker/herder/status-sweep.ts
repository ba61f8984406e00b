import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { StatusId } from '../../config-topics/records/status-record.ts';

/** The statuses whose connector or task exists no longer. */
export function obsoleteStatuses(
  ids: Iterable<StatusId>,
  { connectors }: Pick<ConfigSnapshot, 'connectors'>,
): StatusId[] {
  const obsolete: StatusId[] = [];
  for (const id of ids) {
    const connector = connectors.get(id.connector);
    if (connector === undefined || (id.task !== undefined && id.task >= connector.tasks.length)) obsolete.push(id);
  }
  return obsolete;
}
