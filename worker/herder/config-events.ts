import type { ConfigChange, ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { taskKey } from '../group/work.ts';
import type { ConnectorStatus } from './herder-port.ts';
import type { Membership } from './membership.ts';
import { restartPlan, type RestartFlags } from './restart-plan.ts';

export interface ConfigEventsParts {
  readonly log: TaskLog;
  readonly membership: Membership;
  readonly view: () => ConfigSnapshot;
  /** Throws when nothing has been reported yet. */
  readonly status: (name: string) => ConnectorStatus;
  readonly restarting: (id: { connector: string; task?: number }) => void;
  readonly restartConnector: (name: string) => Promise<boolean>;
  readonly restartTask: (key: string) => boolean;
  readonly onSessionKey: () => void;
  /** Every worker sets the level of its own loggers (KIP-976). */
  readonly onLoggerLevel: (namespace: string, level: string) => void;
  /** What exists or how it is configured has changed. */
  readonly onChanged: () => void;
}

/**
 * Acts upon records of the config topic as they are read. Several that come together, as the tasks of a set do, are acted upon
 * once.
 */
export class ConfigEvents {
  readonly #parts: ConfigEventsParts;
  #scheduled = false;

  constructor(parts: ConfigEventsParts) {
    this.#parts = parts;
  }

  receive(change: ConfigChange): void {
    switch (change.type) {
      case 'restart-requested':
        this.#restart(change.connector, change);
        break;
      case 'connector-updated':
      case 'connector-removed':
      case 'tasks-committed':
      case 'tasks-fenced':
      case 'target-state-changed':
        this.changed();
        break;
      case 'marker-changed':
        if (change.marker === null)
          this.#parts.log.warn({}, 'config topic: the marker of this cluster was removed by another program');
        break;
      case 'session-key-changed':
        this.#parts.onSessionKey();
        break;
      case 'logger-level':
        this.#parts.onLoggerLevel(change.namespace, change.level);
        break;
    }
  }

  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#parts.onChanged();
    });
  }

  /** Every worker restarts its part of the plan. */
  #restart(name: string, flags: RestartFlags): void {
    const { membership, log, view, status, restarting, restartConnector, restartTask } = this.#parts;
    const owned = membership.session?.work;
    if (owned === undefined || !view().connectors.has(name)) return;
    let plan: ReturnType<typeof restartPlan>;
    try {
      plan = restartPlan(status(name), flags);
    } catch (error) {
      log.warn({ connector: name, err: error }, 'restart: nothing is known of the connector yet; nothing done');
      return;
    }
    if (plan.connector && owned.connectors.includes(name)) {
      restarting({ connector: name });
      // Its failure is in its status, where whoever asked looks for it.
      restartConnector(name).catch(() => undefined);
    }
    for (const task of plan.tasks) {
      const key = taskKey(name, task);
      if (!owned.tasks.includes(key)) continue;
      restarting({ connector: name, task });
      restartTask(key);
    }
  }
}
