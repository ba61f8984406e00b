import type { SourceOffset, SourcePartition } from '../change-batch.ts';
import { SnapshotLedger } from './snapshot-ledger.ts';
import { runOf } from './snapshot-records.ts';

/** All runs of a source of which something is stored, by name. */
export class SnapshotRuns {
  readonly #ledgers = new Map<string, SnapshotLedger>();
  #changed = Promise.withResolvers<undefined>();

  /** A record of some run has come, or (null) has been forgotten. */
  apply(partition: SourcePartition, offset: SourceOffset | null): void {
    const id = runOf(partition);
    if (id === undefined) return;
    const ledger = this.of(id);
    ledger.apply(partition, offset);
    if (ledger.isForgotten) this.#ledgers.delete(id);
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers<undefined>();
  }

  /**
   * For whoever watches the offsets, which ends with the task: keeps nothing alive but the runs that something is stored of. What a
   * snapshot of very many tables was led by would otherwise take its memory for as long as changes are streamed.
   */
  follower(): (partition: SourcePartition, offset: SourceOffset | null) => void {
    return (partition, offset) => this.apply(partition, offset);
  }

  /** Settles with the next record of any run. */
  get changed(): Promise<undefined> {
    return this.#changed.promise;
  }

  of(id: string): SnapshotLedger {
    const known = this.#ledgers.get(id) ?? new SnapshotLedger();
    this.#ledgers.set(id, known);
    return known;
  }

  /** The one that is being read: there is one at a time, since whoever begins one forgets all others with it. */
  get current(): { readonly id: string; readonly ledger: SnapshotLedger } | undefined {
    for (const [id, ledger] of this.#ledgers)
      if (ledger.run?.over === false && !ledger.isGivenUp) return { id, ledger };
    return undefined;
  }

  /** Partitions of what is stored of all other runs. */
  besides(id: string): SourcePartition[] {
    return [...this.#ledgers].flatMap(([other, ledger]) => (other === id ? [] : ledger.partitions));
  }
}
