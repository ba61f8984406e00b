import type { SourceOffset, SourcePartition } from '../change-batch.ts';
import { LedgerTotals } from './ledger-totals.ts';
import { ReadChunks } from './read-chunks.ts';
import {
  decodeSnapshotRecord,
  isRunItself,
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
  #isGivenUp = false;
  readonly #epochs = new Map<number, SnapshotEpoch>();
  readonly #holders = new Map<number, Map<number, string>>();
  readonly #plans = new Map<string, TablePlan>();
  /** The same in the order in which they are read; undefined: to be put in order again. */
  #ordered: readonly TablePlan[] | undefined;
  readonly #read = new Map<string, ReadChunks>();
  readonly #totals = new LedgerTotals();
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
    if (offset === null) {
      this.#partitions.delete(key);
      this.#isGivenUp ||= isRunItself(partition);
    } else {
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

  /** The record of the run itself was forgotten: nobody reads what is left of it. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
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
  get plans(): readonly TablePlan[] {
    this.#ordered ??= inOrder([...this.#plans.values()]);
    return this.#ordered;
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
    return [...(this.#readOf(plan)?.all ?? [])].filter(({ upTo }) => upTo === null);
  }

  isSettled({ plan, chunk }: OpenChunk): boolean {
    return this.#readOf(plan)?.get(chunk)?.upTo === null;
  }

  #readOf({ table, version }: Pick<TablePlan, 'table' | 'version'>): ReadChunks | undefined {
    return this.#read.get(versionOf(table, version));
  }

  /** What a task has to read, in order. */
  open(task: number): OpenChunk[] {
    const run = this.#run;
    if (run === undefined || this.#isGivenUp) return [];
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

  /** The snapshots of the source that something is still to be read by, by whichever task. */
  get openEpochs(): ReadonlySet<number> {
    const open = this.#plansOf(this.#incomplete).filter((plan) => !this.tableFigures(plan).isWhole);
    return new Set(open.map(({ epoch }) => epoch));
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
  tableFigures({ table }: TablePlan): { readonly rows: number; readonly isWhole: boolean } {
    return this.#totals.of(table) ?? { rows: 0, isWhole: false };
  }

  /** Rows read so far; tables read whole; bytes in the source behind what was read, and behind all of it. */
  get figures(): LedgerTotals['sums'] {
    return this.#totals.sums;
  }

  #open(wanted: (chunk: OpenChunk) => boolean): OpenChunk[] {
    const open: OpenChunk[] = [];
    for (const plan of this.#plansOf(this.#incomplete))
      for (let chunk = 0; chunk <= plan.boundaries.length; chunk += 1)
        if (wanted({ plan, chunk }) && !this.isSettled({ plan, chunk }))
          open.push({ plan, chunk, reached: this.#readOf(plan)?.get(chunk) });
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
        this.#ordered = undefined;
        this.#review(record.plan.table);
        break;
      case 'chunk': {
        const version = versionOf(record.chunk.table, record.chunk.version);
        const read = this.#read.get(version) ?? new ReadChunks();
        read.set(record.chunk);
        this.#read.set(version, read);
        this.#review(record.chunk.table);
      }
    }
  }

  #review(table: string): void {
    const plan = this.#plans.get(table);
    if (plan === undefined) return; // comes later: the records of a topic with several partitions have no order
    const read = this.#readOf(plan);
    const settled = read?.settled ?? 0;
    const chunks = plan.boundaries.length + 1;
    const isRead = settled === chunks;
    const isUnseen = isRead && read?.isUnseen === true;
    this.#totals.set(table, {
      rows: read?.rows ?? 0,
      bytes: plan.bytes,
      bytesDone: (plan.bytes * settled) / chunks,
      isWhole: isRead,
    });
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
