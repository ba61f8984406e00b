import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import { sameConfig, sameConfigs, type Config } from './config-equality.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

export interface TaskConfigRequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  /** Settles once this worker has read the set back. */
  readonly writer: { putTaskConfigs(name: string, configs: readonly Config[]): Promise<void> };
  readonly view: () => ConfigSnapshot;
  readonly signal: AbortSignal;
}

const stale =
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)';

/** Publishes sets of tasks, as the leader: only those that differ from what is published, and never for a stopped connector. */
export class TaskConfigRequests {
  readonly #parts: TaskConfigRequestParts;

  constructor(parts: TaskConfigRequestParts) {
    this.#parts = parts;
  }

  put(name: string, configs: readonly Config[]): Promise<void> {
    const { queue, leader, writer, view, signal } = this.#parts;
    return queue.run(`writing ${configs.length} task configs for connector ${name} to the config topic`, async () => {
      await leader.ready(signal);
      const before = view().connectors.get(name);
      if (before === undefined) throw new RestError(404, `Connector ${name} not found`);
      // Made before the stop was read: a stopped connector has no tasks.
      if (before.targetState === 'STOPPED') throw new RestError(409, stale);
      const applied = before.appliedConfig !== undefined && sameConfig(before.appliedConfig, before.config);
      if (applied && sameConfigs(before.tasks, configs)) return;
      await leader.write(signal, () => writer.putTaskConfigs(name, configs));
    });
  }
}
