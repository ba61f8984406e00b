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
    if (ledger.partitions.length === 0) this.#ledgers.delete(id);
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers<undefined>();
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
    for (const [id, ledger] of this.#ledgers) if (ledger.run?.over === false) return { id, ledger };
    return undefined;
  }

  /** Partitions of what is stored of all other runs. */
  besides(id: string): SourcePartition[] {
    return [...this.#ledgers].flatMap(([other, ledger]) => (other === id ? [] : ledger.partitions));
  }
}
