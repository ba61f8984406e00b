import type { ChangeBatch, SourceOffset, SourcePartition } from '../../change-batch.ts';
import {
  encodeSnapshotRecord,
  isRunItself,
  runPartition,
  type SnapshotRecord,
} from '../../snapshot/snapshot-records.ts';
import type { SnapshotRuns } from '../../snapshot/snapshot-runs.ts';
import type { TaskContext } from '../../source-connector.ts';
import type { Handover } from '../handover.ts';
import type { Lsn } from '../lsn.ts';
import { snapshotOffset, sourcePartition, type OffsetSource } from '../position/stored-offset.ts';
import { settledBefore } from '../settled-before.ts';

export interface RunStoreParts {
  readonly context: Pick<TaskContext, 'signal'>;
  readonly handover: Handover;
  readonly server: string;
  /** Name of the run. */
  readonly run: string;
  readonly runs: SnapshotRuns;
  readonly source: OffsetSource;
  /** Where streaming will begin. */
  readonly from: Lsn;
  /** Rejects when the task's session is lost. */
  readonly lost: Promise<never>;
}

/**
 * Offsets in one transaction, whose records the task and the worker that reads them back hold all at once: with 20,000 tables the two
 * took 622 MB when there was a single one, 589 so (docs/performance.md, one run each).
 */
const MOST_OFFSETS = 1000;

/** Stores what the task that leads a run decides, beside the offset that says how far the connector is. */
export class RunStore {
  readonly #parts: RunStoreParts;
  readonly #partition: SourcePartition;

  constructor(parts: RunStoreParts) {
    this.#parts = parts;
    this.#partition = runPartition(parts.server, parts.run);
  }

  /**
   * Stores records of the run beside the offset of a snapshot under way, and waits until they are known here, too. `beside`: hands
   * over what is to come in one transaction with the last of them.
   */
  async record(records: readonly SnapshotRecord[], beside?: () => Promise<void>): Promise<void> {
    const { run, runs } = this.#parts;
    // A helper must not take what is left of another run for this one.
    const others = forgetting(runs.besides(run));
    // The offset comes last, in one transaction with the record before it: that of a run which begins makes helpers read.
    await this.#handOver([...others, ...this.#offsets(records), this.#offset(false, run)], beside);
    let known = 0;
    const areKnown = (): boolean => {
      for (let next = records[known]; next !== undefined && this.#isKnown(next); next = records[known]) known += 1;
      return known === records.length;
    };
    await this.wait(runs.of(run).until(areKnown));
  }

  /** Stores that the run is over, and with it `more`; what it has shown is kept for the changes to come, or nothing of it is. */
  async finish(keep: boolean, more: ChangeBatch['offsets']): Promise<void> {
    const { run: id, runs } = this.#parts;
    const { run, partitions } = runs.of(id);
    if (keep) {
      const kept = run === undefined ? [] : this.#offsets([{ kind: 'run', run: { ...run, over: true } }]);
      await this.#handOver([...kept, ...more, this.#offset(true, id)]);
      return;
    }
    const forgotten = forgetting(partitions);
    // Without its first record nobody takes up the run; what an interruption leaves of it goes when the next one begins.
    await this.#handOver([...forgotten.slice(0, 1), ...more, this.#offset(true, null)]);
    await this.#handOver(forgotten.slice(1));
  }

  /** Waits for something about the run; rejects when it cannot come any more. */
  wait(wanted: Promise<unknown>): Promise<unknown> {
    const { handover, lost, context } = this.#parts;
    return settledBefore(wanted, [handover.failed, lost], context.signal);
  }

  #isKnown(record: SnapshotRecord): boolean {
    const ledger = this.#parts.runs.of(this.#parts.run);
    if (record.kind === 'run') return ledger.run?.tasks === record.run.tasks;
    if (record.kind !== 'table') return true;
    const plan = ledger.plan(record.plan.table);
    return plan?.epoch === record.plan.epoch && plan.version === record.plan.version;
  }

  /** In their order, in as few transactions as may be; the last two are in the same one. */
  async #handOver(offsets: ChangeBatch['offsets'], beside?: () => Promise<void>): Promise<void> {
    const { handover, from } = this.#parts;
    let at = 0;
    for (; offsets.length - at > MOST_OFFSETS; at += MOST_OFFSETS - 2)
      await handover.store({ events: [], offsets: offsets.slice(at, at + MOST_OFFSETS - 2), bytes: 0 }, from);
    await beside?.();
    if (offsets.length > at) await handover.store({ events: [], offsets: offsets.slice(at), bytes: 0 }, from);
  }

  #offsets(records: readonly SnapshotRecord[]): ChangeBatch['offsets'] {
    return records.map((record) => encodeSnapshotRecord(this.#partition, record));
  }

  #offset(completed: boolean, run: string | null): ChangeBatch['offsets'][number] {
    const { runs, server, source, from } = this.#parts;
    const xid = runs.of(this.#parts.run).run?.xid ?? 0;
    const timeMicros = BigInt(Date.now()) * 1000n;
    const offset: SourceOffset = snapshotOffset({ from, xid, timeMicros, completed, run }, source);
    return { partition: sourcePartition(server), offset };
  }
}

/** That of the run itself first: what is left of one without it is nobody's to read. */
function forgetting(partitions: readonly SourcePartition[]): ChangeBatch['offsets'] {
  return partitions
    .toSorted((left, right) => Number(isRunItself(right)) - Number(isRunItself(left)))
    .map((partition) => ({ partition, offset: null }));
}
