import { randomUUID } from 'node:crypto';
import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { TaskSignal } from '../../connectors/task-signal.ts';
import { taskKey } from '../group/work.ts';
import type { Membership } from './membership.ts';
import { NotLeader, RestError } from './rest-error.ts';

export interface SignalRequestParts {
  readonly membership: Pick<Membership, 'session'>;
  readonly view: () => ConfigSnapshot;
  /** REST URL of the worker that owns a task, as the leader knows it. */
  readonly ownerUrl: (task: string) => string | undefined;
  /** Hands the signal to a task on this worker. */
  readonly call: (task: string, signal: TaskSignal) => Promise<void>;
}

/** Signals for a connector go to its task 0, which streams, wherever it runs. */
export class SignalRequests {
  readonly #parts: SignalRequestParts;

  constructor(parts: SignalRequestParts) {
    this.#parts = parts;
  }

  /** Answers the signal's id once the task will obey. Answered by the owner of task 0. RestError 400, 404, 409. */
  async send(name: string, given: Omit<TaskSignal, 'id'> & { readonly id: string | undefined }): Promise<string> {
    const { membership, view, ownerUrl, call } = this.#parts;
    const { session } = membership;
    const connector = view().connectors.get(name);
    if (connector === undefined) {
      if (session !== undefined && !session.isLeader) throw new NotLeader(session.leaderUrl);
      throw new RestError(404, `Connector ${name} not found`);
    }
    if (connector.tasks.length === 0)
      throw new RestError(409, `Connector ${name} has no task now, so nobody takes signals; is it stopped?`);
    if (connector.targetState === 'PAUSED')
      throw new RestError(409, `Connector ${name} is paused, so nobody takes signals; resume it first`);
    const task = taskKey(name, 0);
    if (session?.work.tasks.includes(task) === true) {
      const id = given.id ?? randomUUID();
      await call(task, { ...given, id });
      return id;
    }
    if (session?.isLeader !== true) throw new NotLeader(session?.leaderUrl);
    const owner = ownerUrl(task);
    if (owner === undefined || owner === session.leaderUrl)
      throw new RestError(409, `Task ${task} has no worker just now (e.g. worker rebalance)`);
    throw new NotLeader(owner);
  }
}
