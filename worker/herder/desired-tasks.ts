import { connectorOf, taskNumberOf } from '../group/work.ts';
import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { Config } from './config-equality.ts';

/** A task as it is to run on this worker. */
export interface DesiredTask {
  /** `<connector>-<number>` */
  readonly key: string;
  readonly connector: string;
  readonly task: number;
  readonly taskConfig: Config;
  readonly connectorConfig: Config;
  readonly paused: boolean;
  /** False while it must not start yet; a task that runs goes on. */
  readonly ready: boolean;
}

export interface Circumstances {
  /** Tasks that this worker owns. */
  readonly owned: readonly string[];
  readonly view: ConfigSnapshot;
  /** With exactly-once a task waits until the producers of the set before its own are fenced. */
  readonly exactlyOnce: boolean;
  /** The ownership is certain at this moment; nothing starts while it is not. */
  readonly certain: boolean;
}

/** What is to run here. A task whose configuration has not been read yet comes with the record that brings it. */
export function desiredTasks({ owned, view, exactlyOnce, certain }: Circumstances): Map<string, DesiredTask> {
  const desired = new Map<string, DesiredTask>();
  for (const key of owned) {
    const name = connectorOf(key);
    const connector = view.connectors.get(name);
    const taskConfig = connector?.tasks[taskNumberOf(key)];
    if (connector === undefined || taskConfig === undefined || connector.targetState === 'STOPPED') continue;
    desired.set(key, {
      key,
      connector: name,
      task: taskNumberOf(key),
      taskConfig,
      // Converters and the like of the configuration that this set was made from: one that nobody has made tasks of yet, or
      // could not, changes no task that runs.
      connectorConfig: connector.appliedConfig ?? connector.config,
      paused: connector.targetState === 'PAUSED',
      ready: certain && !(exactlyOnce && connector.pendingFencing),
    });
  }
  return desired;
}
