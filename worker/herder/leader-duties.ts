import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { StatusId } from '../../config-topics/records/status-record.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import type { FencingRounds } from './fencing-rounds.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { NotLeader } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';
import type { SessionKeys } from './session-keys.ts';
import { obsoleteStatuses } from './status-sweep.ts';

/** The status topic, as the leader clears it up. */
interface StatusArchive {
  connectors(): readonly string[];
  tasks(name: string): readonly number[];
  deleteConnector(name: string): void;
  deleteTask(name: string, task: number): void;
  /** Names of connectors whose topics are recorded. */
  connectorsWithTopics(): readonly string[];
  deleteTopics(name: string): void;
}

export interface LeaderDutiesParts {
  readonly log: TaskLog;
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly sessionKeys: SessionKeys;
  readonly fencing: FencingRounds;
  readonly statuses: StatusArchive;
  readonly view: () => ConfigSnapshot;
  readonly removeExpiredRevisions: () => Promise<void>;
  readonly readConfigToEnd: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

const readMs = 30_000;

/** What the leader does for all beside answering requests: claims the config topic, completes task sets, removes old statuses. */
export class LeaderDuties {
  readonly #parts: LeaderDutiesParts;

  constructor(parts: LeaderDutiesParts) {
    this.#parts = parts;
  }

  /** After every round that this worker leads. */
  leading(): void {
    const { leader, fencing, sessionKeys, removeExpiredRevisions, signal } = this.#parts;
    // At once, not at the first write: this also ends a transaction that a killed leader left open on the topic.
    this.#inQueue('reclaiming write privileges for the config topic', () => leader.ready(signal));
    sessionKeys.leading();
    fencing.startPending();
    this.#inQueue('flushing updates to the status topic', () => this.#sweep());
    this.#inQueue('removing revisions of deleted connectors', () => leader.write(signal, removeExpiredRevisions));
  }

  following(): void {
    const { leader, fencing, sessionKeys } = this.#parts;
    leader.forget();
    sessionKeys.following();
    fencing.forget();
    this.#inQueue('releasing write privileges for the config topic', () => leader.release());
  }

  #inQueue(stage: string, work: () => Promise<void>): void {
    const { queue, log, signal } = this.#parts;
    queue.run(stage, work).catch((error: unknown) => {
      // The next leader does it, or the next round.
      if (!signal.aborted && !(error instanceof NotLeader)) log.warn({ err: error, stage }, 'leader: duty failed');
    });
  }

  /** In the queue, where nothing is created meanwhile; what was seen before the topic was read to its end and is not in it is gone. */
  async #sweep(): Promise<void> {
    const { statuses, view, readConfigToEnd, leader, signal } = this.#parts;
    const ids: StatusId[] = statuses
      .connectors()
      .flatMap((connector) => [{ connector }, ...statuses.tasks(connector).map((task) => ({ connector, task }))]);
    const withTopics = statuses.connectorsWithTopics();
    const gone = (): string[] => withTopics.filter((name) => !view().connectors.has(name));
    if (obsoleteStatuses(ids, view()).length === 0 && gone().length === 0) return;
    await readConfigToEnd(AbortSignal.any([signal, AbortSignal.timeout(readMs)]));
    leader.requireLeader();
    for (const { connector, task } of obsoleteStatuses(ids, view()))
      if (task === undefined) statuses.deleteConnector(connector);
      else statuses.deleteTask(connector, task);
    for (const name of gone()) statuses.deleteTopics(name);
  }
}
