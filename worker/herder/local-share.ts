import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { StatusState } from '../../config-topics/records/status-record.ts';
import { connectorOf, noWork, taskNumberOf, type Work } from '../group/work.ts';
import { desiredTasks } from './desired-tasks.ts';
import type { LocalWork } from './group-events.ts';
import type { LocalConnectors } from './local-connectors.ts';
import type { LocalTasks } from './local-tasks.ts';
import type { Membership } from './membership.ts';

export interface LocalShareParts {
  readonly membership: Membership;
  readonly view: () => ConfigSnapshot;
  readonly exactlyOnce: boolean;
  readonly connectors: LocalConnectors;
  readonly tasks: LocalTasks;
  readonly status: (id: { connector: string; task?: number }, state: StatusState) => void;
}

/** This worker's share of the work: what it owns and what is configured, brought together. */
export class LocalShare implements LocalWork {
  readonly #parts: LocalShareParts;
  #closing = false;
  #idle: (() => void) | undefined;

  constructor(parts: LocalShareParts) {
    this.#parts = parts;
  }

  get held(): Work {
    return { connectors: [], tasks: this.#parts.tasks.held };
  }

  reconcile(): void {
    const { membership, view, exactlyOnce, connectors, tasks } = this.#parts;
    // Between a loss and the next assignment nothing is owned; `abandonAll` has stopped everything.
    if (membership.session === undefined) return;
    const { work } = this.#owned();
    const config = view();
    const owned = new Map<string, ConnectorConfigState>();
    for (const name of work.connectors) {
      const state = config.connectors.get(name);
      if (state !== undefined) owned.set(name, state);
    }
    connectors.reconcile(owned);
    const certain = membership.certain();
    tasks.reconcile(desiredTasks({ owned: work.tasks, view: config, exactlyOnce, certain }));
  }

  abandonAll(): void {
    this.#parts.tasks.abandonAll();
    this.#parts.connectors.abandonAll();
  }

  /** A connector was given up in good order. */
  connectorReleased(name: string): void {
    if (this.#parts.view().connectors.has(name)) this.#parts.status({ connector: name }, 'UNASSIGNED');
  }

  /** A task has stopped here; `quiet`: its next owner may be running already. */
  taskReleased(key: string, quiet: boolean): void {
    const connector = connectorOf(key);
    const task = taskNumberOf(key);
    const exists = this.#parts.view().connectors.get(connector)?.tasks[task] !== undefined;
    const wanted = this.#owned().work.tasks.includes(key);
    // The statuses of what is gone for good are the leader's to remove.
    if (!quiet && exists && !wanted) this.#parts.status({ connector, task }, 'UNASSIGNED');
    if (this.#parts.tasks.held.length === 0) this.#idle?.();
  }

  /** Gives everything up in good order; settles when no task is left. */
  async close(): Promise<void> {
    this.#closing = true;
    this.reconcile();
    if (this.#parts.tasks.held.length === 0) return;
    await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  #owned(): { work: Work } {
    const { session } = this.#parts.membership;
    return { work: session === undefined || this.#closing ? noWork : session.work };
  }
}
