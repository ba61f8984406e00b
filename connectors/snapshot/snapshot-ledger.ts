import type { SourceOffset, SourcePartition } from '../change-batch.ts';
import {
  decodeSnapshotRecord,
  type SettledChunk,
  type SnapshotEpoch,
  type SnapshotRun,
  type TablePlan,
} from './snapshot-records.ts';

/** A chunk that somebody has to read. */
export interface OpenChunk {
  readonly plan: TablePlan;
  /** From 0. */
  readonly chunk: number;
  /** How far it was read already; undefined: nothing of it was. */
  readonly reached?: SettledChunk | undefined;
}

/**
 * What is known of a shared snapshot: the fold of its records in the offsets topic. Everybody who takes part has the same one, a
 * moment later or earlier, and decides by it alone.
 */
export class SnapshotLedger {
  #run: SnapshotRun | undefined;
  readonly #epochs = new Map<number, SnapshotEpoch>();
  readonly #holders = new Map<number, Map<number, string>>();
  readonly #plans = new Map<string, TablePlan>();
  readonly #settled = new Map<string, Map<number, SettledChunk>>();
  readonly #partitions = new Map<string, SourcePartition>();
  /** Tables that are not read whole. */
  readonly #incomplete = new Set<string>();
  /** Those of them that are to be planned anew. */
  readonly #unseen = new Set<string>();
  #changed = Promise.withResolvers<undefined>();
  readonly #waiters = new Set<{ readonly holds: () => boolean; readonly settle: () => void }>();

  /** A record of the run has come, or (null) has been forgotten. */
  apply(partition: SourcePartition, offset: SourceOffset | null): void {
    const key = JSON.stringify(Object.values(partition).map(String));
    if (offset === null) this.#partitions.delete(key);
    else {
      this.#partitions.set(key, partition);
      this.#take(partition, offset);
    }
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers<undefined>();
    for (const waiter of this.#waiters) {
      if (!waiter.holds()) continue;
      this.#waiters.delete(waiter);
      waiter.settle();
    }
  }

  /** Settles once something holds, which is asked now and after each record. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((settle) => this.#waiters.add({ holds, settle }));
  }

  /** Settles with the next record. */
  get changed(): Promise<undefined> {
    return this.#changed.promise;
  }

  /** Undefined: nothing has been planned yet. */
  get run(): SnapshotRun | undefined {
    return this.#run;
  }

  /** No record is stored any more. */
  get isForgotten(): boolean {
    return this.#partitions.size === 0;
  }

  /** Partitions of all records, to be forgotten in the end. */
  get partitions(): SourcePartition[] {
    return [...this.#partitions.values()];
  }

  /** Plans in the order in which the tables are read. */
  get plans(): TablePlan[] {
    return inOrder([...this.#plans.values()]);
  }

  #plansOf(tables: Iterable<string>): TablePlan[] {
    return inOrder([...tables].flatMap((table) => this.#plans.get(table) ?? []));
  }

  plan(table: string): TablePlan | undefined {
    return this.#plans.get(table);
  }

  epoch(number: number): SnapshotEpoch | undefined {
    return this.#epochs.get(number);
  }

  /** The newest one; 0: none yet. */
  get lastEpoch(): number {
    return Math.max(0, ...this.#epochs.keys());
  }

  /** Names by which an epoch's snapshot may be had; the newest of each task. */
  holders(epoch: number): string[] {
    return [...(this.#holders.get(epoch)?.values() ?? [])];
  }

  /** Chunks of the plans as they are now that were read, or could not be. */
  settled(plan: TablePlan): SettledChunk[] {
    return this.#chunks(plan).filter(({ upTo }) => upTo === null);
  }

  isSettled({ plan, chunk }: OpenChunk): boolean {
    return this.#chunk(plan, chunk)?.upTo === null;
  }

  /** All chunks of which something was read. */
  #chunks({ table, version }: TablePlan): SettledChunk[] {
    return [...(this.#settled.get(versionOf(table, version))?.values() ?? [])];
  }

  #chunk({ table, version }: TablePlan, chunk: number): SettledChunk | undefined {
    return this.#settled.get(versionOf(table, version))?.get(chunk);
  }

  /** What a task has to read, in order. */
  open(task: number): OpenChunk[] {
    const run = this.#run;
    if (run === undefined) return [];
    return this.#open(({ plan, chunk }) => (plan.place + chunk) % run.tasks === task);
  }

  /** Who has still to read, with how many chunks. */
  get openByTask(): ReadonlyMap<number, number> {
    const tasks = this.#run?.tasks ?? 1;
    const open = new Map<number, number>();
    for (const { plan, chunk } of this.#open(() => true)) {
      const task = (plan.place + chunk) % tasks;
      open.set(task, (open.get(task) ?? 0) + 1);
    }
    return open;
  }

  /**
   * Tables that the snapshot of their plan cannot see any more, once nobody reads them by it: rows of an older snapshot must not
   * come after those of a newer one.
   */
  get unseen(): TablePlan[] {
    return this.#plansOf(this.#unseen);
  }

  /** Whether there are any. */
  get hasUnseen(): boolean {
    return this.#unseen.size > 0;
  }

  /** Every row of every table is in Kafka. */
  isComplete(): boolean {
    return this.#run !== undefined && this.#plans.size >= this.#run.tables && this.#incomplete.size === 0;
  }

  /** Some chunk was read by another snapshot than the one that the run began with. */
  isLate(): boolean {
    return this.plans.some((plan) => this.settled(plan).some(({ epoch }) => this.#epochs.get(epoch)?.late === true));
  }

  /** Rows read so far of one table, and whether it was read whole. */
  tableFigures(plan: TablePlan): { readonly rows: number; readonly isWhole: boolean } {
    const rows = this.#chunks(plan).reduce((sum, chunk) => sum + chunk.rows, 0);
    return { rows, isWhole: this.settled(plan).length > plan.boundaries.length };
  }

  /** Rows read so far, by table; tables read whole; bytes in the source behind what was read, and behind all of it. */
  get figures(): {
    readonly rows: Map<string, number>;
    readonly tablesDone: number;
    readonly bytesDone: number;
    readonly bytes: number;
  } {
    const rows = new Map<string, number>();
    let tablesDone = 0;
    let bytesDone = 0;
    let bytes = 0;
    for (const plan of this.plans) {
      const { rows: read, isWhole } = this.tableFigures(plan);
      bytes += plan.bytes;
      bytesDone += (plan.bytes * this.settled(plan).length) / (plan.boundaries.length + 1);
      rows.set(plan.table, read);
      if (isWhole) tablesDone += 1;
    }
    return { rows, tablesDone, bytesDone, bytes };
  }

  #open(wanted: (chunk: OpenChunk) => boolean): OpenChunk[] {
    const open: OpenChunk[] = [];
    for (const plan of this.#plansOf(this.#incomplete))
      for (let chunk = 0; chunk <= plan.boundaries.length; chunk += 1)
        if (wanted({ plan, chunk }) && !this.isSettled({ plan, chunk }))
          open.push({ plan, chunk, reached: this.#chunk(plan, chunk) });
    return open;
  }

  #take(partition: SourcePartition, offset: SourceOffset): void {
    const record = decodeSnapshotRecord(partition, offset);
    switch (record.kind) {
      case 'run':
        this.#run = record.run;
        break;
      case 'epoch':
        this.#epochs.set(record.number, record.epoch);
        break;
      case 'holder': {
        const holders = this.#holders.get(record.epoch) ?? new Map<number, string>();
        holders.set(record.task, record.name);
        this.#holders.set(record.epoch, holders);
        break;
      }
      case 'table':
        this.#plans.set(record.plan.table, record.plan);
        this.#review(record.plan.table);
        break;
      case 'chunk': {
        const version = versionOf(record.chunk.table, record.chunk.version);
        const settled = this.#settled.get(version) ?? new Map<number, SettledChunk>();
        settled.set(record.chunk.chunk, record.chunk);
        this.#settled.set(version, settled);
        this.#review(record.chunk.table);
      }
    }
  }

  #review(table: string): void {
    const plan = this.#plans.get(table);
    if (plan === undefined) return; // comes later: the records of a topic with several partitions have no order
    const settled = this.settled(plan);
    const isRead = settled.length > plan.boundaries.length;
    const isUnseen = isRead && settled.some(({ unseen }) => unseen);
    note(this.#unseen, table, isUnseen);
    note(this.#incomplete, table, !isRead || isUnseen);
  }
}

function note(tables: Set<string>, table: string, belongs: boolean): void {
  if (belongs) tables.add(table);
  else tables.delete(table);
}

function inOrder(plans: TablePlan[]): TablePlan[] {
  return plans.sort((left, right) => left.place - right.place);
}

function versionOf(table: string, version: number): string {
  return `${version} ${table}`;
}
