import type { TaskLog } from '../../connectors/source-connector.ts';
import { traceText } from '../../errors/trace-text.ts';
import type { Clock } from './clock.ts';
import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { sameConfig, sameConfigs, type Config } from './config-equality.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { producersToFence } from './producers-to-fence.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

/** Writes of task sets to the config topic; each settles once this worker has read it back. */
interface TaskSetWriter {
  putTaskConfigs(name: string, configs: readonly Config[]): Promise<void>;
  putTaskCountRecord(name: string, count: number): Promise<void>;
}

export interface TaskConfigRequestParts {
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly writer: TaskSetWriter;
  readonly view: () => ConfigSnapshot;
  readonly exactlyOnce: boolean;
  /** Fences the producers of these tasks of a connector. */
  readonly fence: (
    name: string,
    connector: ConnectorConfigState,
    tasks: readonly number[],
    signal: AbortSignal,
  ) => Promise<void>;
  /** A set that cannot start says why in the statuses of its tasks. */
  readonly failTasks: (name: string, count: number, trace: string) => void;
  readonly signal: AbortSignal;
}

const stale =
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)';
const fenceMs = 60_000;
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/**
 * Publishes sets of tasks, as the leader, and keeps the order that exactly-once needs: set published, producers of removed
 * and changed tasks fenced, count recorded; only then does anything of the new set start (KIP-618).
 */
export class TaskConfigRequests {
  readonly #parts: TaskConfigRequestParts;
  /** Connectors as they were before a set that is not fenced in yet. */
  readonly #before = new Map<string, ConnectorConfigState>();
  readonly #rounds = new Set<string>();
  readonly #failures = new Map<string, number>();

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
      if (!before.pendingFencing) this.#before.set(name, before);
      await leader.write(signal, () => writer.putTaskConfigs(name, configs));
    });
  }

  /** Starts a fencing round for every connector that needs one; to be called when the leader's view has changed. */
  fencePending(): void {
    if (!this.#parts.exactlyOnce) return;
    // A stopped connector is left alone: its tasks may still commit what they have read. The next set fences them.
    for (const [name, { pendingFencing, tasks }] of this.#parts.view().connectors)
      if (pendingFencing && tasks.length > 0 && !this.#rounds.has(name)) this.#round(name, 0);
  }

  /** This worker does not lead any more: what it remembers may be of the past when it leads again. */
  forget(): void {
    this.#before.clear();
    this.#failures.clear();
  }

  #round(name: string, waitMs: number): void {
    const { clock, queue, signal } = this.#parts;
    this.#rounds.add(name);
    const cancel = clock.after(waitMs, () => {
      signal.removeEventListener('abort', cancel);
      queue
        .run(`writing a task count record for connector ${name} to the config topic`, () => this.#fence(name))
        .then(
          () => {
            this.#rounds.delete(name);
            this.#failures.delete(name);
          },
          (error: unknown) => this.#failed(name, error),
        );
    });
    signal.addEventListener('abort', cancel, { once: true });
  }

  async #fence(name: string): Promise<void> {
    const { leader, writer, view, fence, signal } = this.#parts;
    await leader.ready(signal);
    const connector = view().connectors.get(name);
    if (connector?.pendingFencing !== true) return;
    const numbers = producersToFence(this.#before.get(name), connector);
    if (numbers.length > 0)
      await fence(name, connector, numbers, AbortSignal.any([signal, AbortSignal.timeout(fenceMs)]));
    await leader.write(signal, () => writer.putTaskCountRecord(name, connector.tasks.length));
    this.#before.delete(name);
  }

  #failed(name: string, error: unknown): void {
    const { log, view, failTasks, signal, leader } = this.#parts;
    this.#rounds.delete(name);
    const connector = view().connectors.get(name);
    if (signal.aborted || connector?.pendingFencing !== true) return;
    try {
      leader.requireLeader();
    } catch {
      return; // the next leader does it
    }
    const failures = this.#failures.get(name) ?? 0;
    this.#failures.set(name, failures + 1);
    const waitMs = Math.min(firstWaitMs * 2 ** Math.min(failures, 30), longestWaitMs);
    log.error({ connector: name, err: error, nextAttemptMs: waitMs }, 'producers of earlier tasks could not be fenced');
    failTasks(name, connector.tasks.length, traceText(error));
    this.#round(name, waitMs);
  }
}
