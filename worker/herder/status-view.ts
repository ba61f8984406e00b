import { RestError } from './rest-error.ts';
import type { ConnectorStatus, InstanceStatus } from './herder-port.ts';

/** The newest statuses that this worker has read. */
export interface StatusTable {
  connector(name: string): InstanceStatus | undefined;
  task(name: string, task: number): InstanceStatus | undefined;
  /** Numbers of the tasks that have a status, ascending. */
  tasks(name: string): readonly number[];
}

/** What is known of a connector beside its statuses. */
export interface KnownConnector {
  readonly type: ConnectorStatus['type'];
  readonly taskCount: number;
}

/**
 * A connector's status as clients see it. Tasks beyond the published set are left out: their statuses are removed by the
 * leader a moment later. RestError 404 when nothing has been reported yet.
 */
export function connectorStatus(table: StatusTable, name: string, known: KnownConnector): ConnectorStatus {
  const connector = table.connector(name);
  if (connector === undefined) throw new RestError(404, `No status found for connector ${name}`);
  const tasks = table.tasks(name).flatMap((id) => {
    const status = table.task(name, id);
    return status === undefined || id >= known.taskCount ? [] : [{ id, ...status }];
  });
  return { name, connector, tasks, type: known.type };
}

/** RestError 404 when the task has not reported yet. */
export function taskStatus(table: StatusTable, name: string, task: number): { readonly id: number } & InstanceStatus {
  const status = table.task(name, task);
  if (status === undefined) throw new RestError(404, `No status found for task ${name}-${task}`);
  return { id: task, ...status };
}
