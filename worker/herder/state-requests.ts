import { ConnectorError } from '../../errors/connector-error.ts';
import { taskKey, type Work } from '../group/work.ts';
import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { TargetState } from '../../config-topics/records/target-state-record.ts';
import type { Config } from './config-equality.ts';
import type { ConnectorStatus } from './herder-port.ts';
import type { LeaderWrites } from './leader-writes.ts';
import type { Membership } from './membership.ts';
import { NotLeader, RestError } from './rest-error.ts';
import { restartPlan, withRestarting, type RestartFlags } from './restart-plan.ts';
import type { SerialQueue } from './serial-queue.ts';

/** Writes of states to the config topic; each settles once this worker has read it back. */
interface StateWriter {
  putTargetState(name: string, state: TargetState, detail?: string): Promise<void>;
  putTaskConfigs(name: string, configs: readonly Config[]): Promise<void>;
  putRestart(request: RestartFlags & { readonly connector: string }): Promise<void>;
}

export interface StateRequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly membership: Membership;
  readonly writer: StateWriter;
  readonly view: () => ConfigSnapshot;
  /** RestError 404 when there is none. */
  readonly status: (name: string) => ConnectorStatus;
  /** REST URL of the worker that owns a piece of work, as the leader knows it. */
  readonly ownerUrl: (kind: keyof Work, item: string) => string | undefined;
  readonly local: {
    /** Rejects when the connector could not be started; false: it is not here. */
    restartConnector(name: string): Promise<boolean>;
    /** False: it is not here. */
    restartTask(key: string): boolean;
  };
  readonly signal: AbortSignal;
}

const conflict = 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)';

/** Pausing, resuming, stopping and restarting. */
export class StateRequests {
  readonly #parts: StateRequestParts;

  constructor(parts: StateRequestParts) {
    this.#parts = parts;
  }

  pause(name: string): Promise<void> {
    return this.#target(name, 'PAUSED');
  }

  resume(name: string): Promise<void> {
    return this.#target(name, 'STARTED');
  }

  /**
   * The tasks first, then the state, as Connect does: a worker of either kind never sees a stopped connector with tasks. `detail`:
   * why, where it has stopped by itself.
   */
  stop(name: string, detail?: string): Promise<void> {
    const { queue, leader, writer, view, signal } = this.#parts;
    return queue.run(`writing the STOPPED target stage for connector ${name} to the config topic`, async () => {
      await leader.ready(signal);
      if (!view().connectors.has(name)) throw new RestError(404, `Unknown connector ${name}`);
      await leader.write(signal, () => writer.putTaskConfigs(name, []));
      await leader.write(signal, () => writer.putTargetState(name, 'STOPPED', detail));
    });
  }

  /** Done by the owner; it answers when the connector has started. */
  async restartConnector(name: string): Promise<void> {
    this.#known(name, `Unknown connector: ${name}`);
    this.#owned('connectors', name);
    try {
      if (!(await this.#parts.local.restartConnector(name))) throw new RestError(409, conflict);
    } catch (error) {
      if (error instanceof RestError) throw error;
      const reason = error instanceof ConnectorError ? `: ${error.message}` : '';
      throw new RestError(500, `Failed to start connector: ${name}${reason}`, { cause: error });
    }
  }

  /** Done by every worker for what it owns, once the request is read from the config topic. */
  restartConnectorAndTasks(name: string, flags: RestartFlags): Promise<ConnectorStatus> {
    const { queue, leader, writer, signal } = this.#parts;
    return queue.run(`writing restart request for connector ${name} to the config topic`, async () => {
      await leader.ready(signal);
      this.#known(name, `Unknown connector: ${name}`);
      const status = this.#statusOf(name);
      const plan = restartPlan(status, flags);
      await leader.write(signal, () => writer.putRestart({ connector: name, ...flags }));
      return withRestarting(status, plan);
    });
  }

  restartTask(name: string, task: number): Promise<void> {
    this.#known(name, `Unknown connector: ${name}`);
    const key = taskKey(name, task);
    const count = this.#parts.view().connectors.get(name)?.tasks.length ?? 0;
    if (task < 0 || task >= count) throw new RestError(404, `Unknown task: ${key}`);
    this.#owned('tasks', key);
    if (!this.#parts.local.restartTask(key)) throw new RestError(409, conflict);
    return Promise.resolve();
  }

  /** Any worker may write this. */
  #target(name: string, state: TargetState): Promise<void> {
    const { queue, writer } = this.#parts;
    return queue.run(`writing the ${state} target state for connector ${name} to the config topic`, async () => {
      this.#known(name, `Unknown connector ${name}`);
      await writer.putTargetState(name, state);
    });
  }

  /** A worker that is behind asks the leader rather than deny what it has not read yet. */
  #known(name: string, text: string): void {
    if (this.#parts.view().connectors.has(name)) return;
    const { session } = this.#parts.membership;
    if (session !== undefined && !session.isLeader) throw new NotLeader(session.leaderUrl);
    throw new RestError(404, text);
  }

  #owned(kind: keyof Work, item: string): void {
    const { session } = this.#parts.membership;
    if (session?.work[kind].includes(item) === true) return;
    if (session?.isLeader !== true) throw new NotLeader(session?.leaderUrl);
    const owner = this.#parts.ownerUrl(kind, item);
    if (owner === undefined || owner === session.leaderUrl) throw new RestError(409, conflict);
    throw new NotLeader(owner);
  }

  #statusOf(name: string): ConnectorStatus {
    try {
      return this.#parts.status(name);
    } catch (error) {
      if (!(error instanceof RestError) || error.status !== 404) throw error;
      throw new RestError(404, `Status for connector ${name} not found`, { cause: error });
    }
  }
}
