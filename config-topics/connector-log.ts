import type { ConnectorConfigState, FencedTasks } from './config-snapshot.ts';
import type { Properties } from './records/properties.ts';
import type { TargetState } from './records/target-state-record.ts';

/** The outcome of the newest commit record. */
interface CommittedTasks {
  /** Undefined: some of the tasks it names are not there. */
  readonly tasks: readonly Properties[] | undefined;
  readonly appliedConfig: Properties | undefined;
}

const noTasks: CommittedTasks = { tasks: [], appliedConfig: undefined };

/**
 * The records of one connector name, folded: tasks count only as the complete set that a commit record names, and only with
 * the connector they belong to.
 *
 * Connect drops a commit that comes before the connector's own record. But compaction puts them into that order whenever the
 * connector was updated after its last commit, and then a cluster that starts anew has no tasks (KAFKA-17719). So during the
 * replay a commit is kept for a connector that may still come. A connector that was deleted and created again under its name
 * looks the same after compaction; hence our leader voids the old set with a commit of no tasks before it creates again.
 */
export class ConnectorLog {
  #config: Properties | undefined;
  /** A tombstone was seen, so that what is missing is known to be missing. */
  #deleted = false;
  #targetState: TargetState | undefined;
  #targetDetail: string | undefined;
  readonly #deferred = new Map<number, Properties>();
  #committed: CommittedTasks | undefined;
  #commit: { readonly count: number; readonly offset: bigint } | undefined;
  #taskCount: number | undefined;
  #pendingFencing = false;
  #fenced: FencedTasks | undefined;

  get exists(): boolean {
    return this.#config !== undefined;
  }

  /** The connector is gone, but readers of the compacted topic would give its tasks to the next one of the name. */
  get hasTasksOfFormerLife(): boolean {
    return !this.exists && this.#commit !== undefined && this.#commit.count > 0;
  }

  applyConfig(config: Properties | null): void {
    this.#config = config ?? undefined;
    this.#deleted = config === null;
    if (config !== null) return;
    this.#deferred.clear();
    this.#fenced = undefined;
    // A commit of no tasks says the same of the next connector of this name.
    this.#committed = this.#committed?.tasks?.length === 0 ? noTasks : undefined;
  }

  applyTask(task: number, config: Properties): void {
    this.#deferred.set(task, config);
  }

  applyCommit(count: number, { offset, live }: { offset: bigint; live: boolean }): void {
    const owned = this.exists || count === 0 || (!live && !this.#deleted);
    this.#committed = owned ? { tasks: this.#completeSet(count), appliedConfig: this.#config } : undefined;
    this.#commit = { count, offset };
    this.#pendingFencing = true;
    // Also of a set that was not complete: the next commit needs a fresh one.
    this.#deferred.clear();
  }

  /** Tasks beyond the count are left-overs of a larger set (compaction took the rest of it); they do no harm. */
  #completeSet(count: number): readonly Properties[] | undefined {
    if (count > this.#deferred.size) return undefined;
    const tasks: Properties[] = [];
    for (let task = 0; task < count; task += 1) {
      const config = this.#deferred.get(task);
      if (config === undefined) return undefined;
      tasks.push(config);
    }
    return tasks;
  }

  /** The new state when it changed and somebody may act on it. A tombstone comes with a deletion, which is told by itself. */
  applyTargetState(state: TargetState | null, detail?: string): TargetState | undefined {
    const before = this.#targetState ?? (this.exists ? 'STARTED' : undefined);
    this.#targetState = state ?? undefined;
    this.#targetDetail = detail;
    return state !== null && state !== before && this.exists ? state : undefined;
  }

  applyTaskCount(count: number): void {
    this.#taskCount = count;
    this.#pendingFencing = false;
    const { tasks, appliedConfig } = this.#committed ?? noTasks;
    this.#fenced = tasks === undefined || appliedConfig === undefined ? undefined : { tasks, config: appliedConfig };
  }

  /** Nothing that lies further back can still come: tasks without a connector are those of a deleted one. */
  endOfReplay(): void {
    if (!this.exists && this.#committed?.tasks?.length !== 0) this.#committed = undefined;
  }

  /** Undefined: no connector of this name exists. */
  state(): ConnectorConfigState | undefined {
    if (this.#config === undefined) return undefined;
    return {
      config: this.#config,
      targetState: this.#targetState ?? 'STARTED',
      ...(this.#targetDetail === undefined ? {} : { targetDetail: this.#targetDetail }),
      tasks: this.#committed?.tasks ?? [],
      inconsistent: this.#committed !== undefined && this.#committed.tasks === undefined,
      appliedConfig: this.#committed?.tasks === undefined ? undefined : this.#committed.appliedConfig,
      taskGeneration: this.#committed === undefined ? undefined : this.#commit?.offset,
      taskCountRecord: this.#taskCount,
      pendingFencing: this.#pendingFencing,
      fencedTasks: this.#fenced,
    };
  }
}
