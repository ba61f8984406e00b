import type { SourcePartition } from '../../change-batch.ts';
import type { LogEvent } from '../../change-event.ts';
import { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import { runPartition } from '../../snapshot/snapshot-records.ts';
import type { TaskContext } from '../../source-connector.ts';
import type { Lsn } from '../lsn.ts';
import { SeenChanges } from './seen-changes.ts';

/** A snapshot that has shown some of the changes that streaming begins with, and what is stored of it. */
export class SeenRun {
  #changes: SeenChanges | undefined;
  readonly #id: string;
  #partitions: readonly SourcePartition[];

  constructor(id: string, ledger: SnapshotLedger) {
    this.#id = id;
    this.#changes = SeenChanges.of(ledger);
    this.#partitions = ledger.partitions;
  }

  /** Name of the run; null once nothing of it matters any more. */
  get run(): string | null {
    return this.#changes === undefined ? null : this.#id;
  }

  /** What consumers have not seen of the changes behind `done`. */
  unseen(changes: LogEvent[], done: Lsn): LogEvent[] {
    if (this.#changes?.reaches(done) === false) this.#changes = undefined;
    return this.#changes?.unseen(changes) ?? changes;
  }

  /** What is stored of the run, to be forgotten with the next offset, once; nothing while the run matters. */
  forgotten(): readonly SourcePartition[] {
    if (this.#changes !== undefined) return [];
    const partitions = this.#partitions;
    this.#partitions = [];
    return partitions;
  }
}

/** Reads what is stored of a run that has ended. */
export async function seenRun(context: TaskContext, server: string, id: string): Promise<SeenRun> {
  const ledger = new SnapshotLedger();
  const members = runPartition(server, id);
  await context.watchOffsets({ members }, (partition, offset) => ledger.apply(partition, offset));
  const seen = new SeenRun(id, ledger);
  context.log.info({ run: id }, 'leaving out changes that later chunks of the snapshot have shown');
  return seen;
}
