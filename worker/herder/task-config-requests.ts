import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import { sameConfig, sameConfigs, type Config } from './config-equality.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { producersToFence } from './producers-to-fence.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

export interface TaskConfigRequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly writer: {
    /** Settles once this worker has read the set back; `fenced`: with the count of its tasks. */
    putTaskConfigs(name: string, configs: readonly Config[], set: { readonly fenced: boolean }): Promise<void>;
  };
  /** Counts of tasks are recorded (exactly.once.source.support is `preparing` or `enabled`). */
  readonly transactional: boolean;
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
    const { queue, leader, writer, view, transactional, signal } = this.#parts;
    return queue.run(`writing ${configs.length} task configs for connector ${name} to the config topic`, async () => {
      await leader.ready(signal);
      const before = view().connectors.get(name);
      if (before === undefined) throw new RestError(404, `Connector ${name} not found`);
      // Made before the stop was read: a stopped connector has no tasks.
      if (before.targetState === 'STOPPED') throw new RestError(409, stale);
      const applied = before.appliedConfig !== undefined && sameConfig(before.appliedConfig, before.config);
      if (applied && sameConfigs(before.tasks, configs)) return;
      // With nobody to fence the set may run at once: a write and a turn in the queue less than a round of its own.
      const published = { ...before, tasks: configs, appliedConfig: before.config };
      const fenced = transactional && configs.length > 0 && producersToFence(published).length === 0;
      await leader.write(signal, () => writer.putTaskConfigs(name, configs, { fenced }));
    });
  }
}
