import type { ConnectorState, ConnectorStatus, InstanceStatus } from './herder-port.ts';

export interface RestartFlags {
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** What a restart request touches. */
export interface RestartPlan {
  readonly connector: boolean;
  readonly tasks: readonly number[];
}

/** KIP-745: the connector, with `includeTasks` its tasks too, with `onlyFailed` only what is FAILED. */
export function restartPlan(status: ConnectorStatus, { includeTasks, onlyFailed }: RestartFlags): RestartPlan {
  const chosen = (state: ConnectorState): boolean => !onlyFailed || state === 'FAILED';
  return {
    connector: chosen(status.connector.state),
    tasks: includeTasks ? status.tasks.filter(({ state }) => chosen(state)).map(({ id }) => id) : [],
  };
}

/** Without the trace of what is over. */
function restarting({ worker_id, version }: InstanceStatus): InstanceStatus {
  return { state: 'RESTARTING', worker_id, ...(version === undefined ? {} : { version }) };
}

/** The status as it reads once the request is accepted. */
export function withRestarting(status: ConnectorStatus, plan: RestartPlan): ConnectorStatus {
  const tasks = new Set(plan.tasks);
  return {
    ...status,
    connector: plan.connector ? restarting(status.connector) : status.connector,
    tasks: status.tasks.map((task) => (tasks.has(task.id) ? { id: task.id, ...restarting(task) } : task)),
  };
}
