import type { Status } from '../../config-topics/records/status-record.ts';
import type { ConnectorState, InstanceStatus } from './herder-port.ts';
import type { StatusTable } from './status-view.ts';

/** The status store, as far as it is read from here. */
export interface StatusSource {
  connector(name: string): Status | undefined;
  task(name: string, task: number): Status | undefined;
  tasks(name: string): readonly number[];
}

function shown(status: Status | undefined): InstanceStatus | undefined {
  if (status === undefined || status.state === 'DESTROYED') return undefined;
  const state: ConnectorState = status.state;
  const trace = status.trace === null || status.trace === '' ? {} : { trace: status.trace };
  const detail = status.detail === undefined ? {} : { detail: status.detail };
  return { state, worker_id: status.workerId, ...trace, version: status.version, ...detail };
}

/** Statuses as clients see them: a removed one is none, and `trace` is there only when it says something. */
export function statusTable(source: StatusSource): StatusTable {
  return {
    connector: (name) => shown(source.connector(name)),
    task: (name, task) => shown(source.task(name, task)),
    tasks: (name) => source.tasks(name),
  };
}
