import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { traceText } from '../../errors/trace-text.ts';
import type { Clock } from './clock.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { producersToFence, tasksBehindFencing } from './producers-to-fence.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

export interface FencingRoundsParts {
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  /** Settles once this worker has read the record back. */
  readonly writer: { putTaskCountRecord(name: string, count: number): Promise<void> };
  readonly view: () => ConfigSnapshot;
  readonly readConfigToEnd: (signal: AbortSignal) => Promise<void>;
  readonly isSource: (connector: ConnectorConfigState) => boolean;
  /**
   * exactly.once.source.support is `preparing` or `enabled`: rounds begin by themselves. A leader that is `preparing` has them
   * too, since tasks on workers that are `enabled` already wait for it.
   */
  readonly transactional: boolean;
  /** Fences the producers of these tasks of a connector. */
  readonly fence: (
    name: string,
    connector: ConnectorConfigState,
    tasks: readonly number[],
    signal: AbortSignal,
  ) => Promise<void>;
  /** Tasks that cannot start say why in their statuses. */
  readonly failTasks: (name: string, tasks: readonly number[], trace: string) => void;
  readonly signal: AbortSignal;
}

interface Round {
  readonly connector: ConnectorConfigState;
  readonly producers: readonly number[];
}

const newerTasks = 'Fencing failed because new task configurations were generated for the connector';
const fenceMs = 60_000;
const readMs = 30_000;
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/**
 * Keeps the order that exactly-once needs after a set of tasks was published: producers of removed and changed tasks are
 * fenced, the count of the new set is recorded, and only then does anything of it start (KIP-618). One round at a time per
 * connector; the herder's queue is not held up while Kafka fences.
 */
export class FencingRounds {
  readonly #parts: FencingRoundsParts;
  readonly #attempts = new Map<string, Promise<void>>();
  /** Rounds that failed and wait for their next attempt. */
  readonly #waiting = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();

  constructor(parts: FencingRoundsParts) {
    this.#parts = parts;
    parts.signal.addEventListener('abort', () => this.forget(), { once: true });
  }

  /** Starts a round for every connector that needs one; to be called when the leader's view has changed. */
  startPending(): void {
    if (!this.#parts.transactional) return;
    // A stopped connector is left alone: its tasks may still commit what they have read. The next set fences them.
    for (const [name, { pendingFencing, tasks }] of this.#parts.view().connectors)
      if (pendingFencing && tasks.length > 0 && !this.#waiting.has(name))
        void this.#attempt(name).catch(() => undefined);
  }

  /**
   * Settles when no producer of an earlier set can write any more; requests for one connector share a round. NotLeader;
   * RestError 404 and 400; 409 when a newer set was published meanwhile; 500 with why it failed.
   */
  async require(name: string): Promise<void> {
    const { leader, view, readConfigToEnd, isSource, signal } = this.#parts;
    leader.requireLeader();
    await readConfigToEnd(AbortSignal.any([signal, AbortSignal.timeout(readMs)]));
    const connector = view().connectors.get(name);
    if (connector === undefined) throw new RestError(404, `Connector ${name} not found`);
    if (!isSource(connector)) throw new RestError(400, `Connector ${name} is not a source connector`);
    if (!connector.pendingFencing) return;
    try {
      await this.#attempt(name);
    } catch (error) {
      if (error instanceof RestError) throw error;
      throw new RestError(500, 'Failed to perform zombie fencing', { cause: error });
    }
  }

  /** This worker does not lead any more. */
  forget(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#failures.clear();
  }

  /** Joins the attempt under way, or makes one now. */
  #attempt(name: string): Promise<void> {
    const running = this.#attempts.get(name);
    if (running !== undefined) return running;
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
    const attempt = this.#round(name);
    this.#attempts.set(name, attempt);
    attempt.then(
      () => {
        this.#attempts.delete(name);
        this.#failures.delete(name);
      },
      (error: unknown) => {
        this.#attempts.delete(name);
        this.#failed(name, error);
      },
    );
    return attempt;
  }

  async #round(name: string): Promise<void> {
    const { queue, fence, signal } = this.#parts;
    const stage = `writing a task count record for connector ${name} to the config topic`;
    const round = await queue.run(stage, async () => {
      const planned = await this.#plan(name);
      if (planned?.producers.length === 0) await this.#record(name, planned);
      return planned;
    });
    if (round === undefined || round.producers.length === 0) return;
    await fence(name, round.connector, round.producers, AbortSignal.any([signal, AbortSignal.timeout(fenceMs)]));
    await queue.run(stage, () => this.#record(name, round));
  }

  async #plan(name: string): Promise<Round | undefined> {
    const { leader, view, signal } = this.#parts;
    await leader.ready(signal);
    const connector = view().connectors.get(name);
    if (connector?.pendingFencing !== true) return undefined;
    return { connector, producers: producersToFence(connector) };
  }

  /** In the queue, where no new set is published meanwhile. */
  async #record(name: string, { connector }: Round): Promise<void> {
    const { leader, writer, view, signal } = this.#parts;
    await leader.ready(signal);
    if (view().connectors.get(name)?.taskGeneration !== connector.taskGeneration) throw new RestError(409, newerTasks);
    await leader.write(signal, () => writer.putTaskCountRecord(name, connector.tasks.length));
  }

  #failed(name: string, error: unknown): void {
    const { log, view, failTasks, signal, leader, clock, transactional } = this.#parts;
    const connector = view().connectors.get(name);
    if (signal.aborted || !transactional || connector?.pendingFencing !== true || connector.tasks.length === 0) return;
    try {
      leader.requireLeader();
    } catch {
      return; // the next leader does it
    }
    if (error instanceof RestError && error.status === 409) {
      this.startPending();
      return;
    }
    const failures = this.#failures.get(name) ?? 0;
    this.#failures.set(name, failures + 1);
    const waitMs = Math.min(firstWaitMs * 2 ** Math.min(failures, 30), longestWaitMs);
    log.error({ connector: name, err: error, nextAttemptMs: waitMs }, 'producers of earlier tasks could not be fenced');
    failTasks(name, tasksBehindFencing(connector), traceText(error));
    const cancel = clock.after(waitMs, () => {
      this.#waiting.delete(name);
      void this.#attempt(name).catch(() => undefined);
    });
    this.#waiting.set(name, cancel);
  }
}
