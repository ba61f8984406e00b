import type { PostgresTransaction, RowChange } from '../../change-event.ts';
import type { Lsn } from '../lsn.ts';
import { tableName } from '../snapshot/table-name.ts';
import type { Sight } from './sight.ts';

interface Recent {
  readonly transaction: PostgresTransaction;
  readonly tables: Set<string>;
}

/** More than this means that snapshots do not keep up; a few ten megabytes. */
const MOST = 100_000;

/**
 * The transactions that the stream has brought and that the last snapshot did not see, with the tables that they touched. A chunk
 * whose snapshot does not see one of them either would bring back the rows from before it.
 */
export class RecentTransactions {
  readonly #byCommit = new Map<Lsn, Recent>();
  #last: PostgresTransaction | undefined;
  #lastTable: RowChange['table'] | undefined;
  #sight: Sight | undefined;
  #isIncomplete = false;

  /** True: some of them are not known, so that all that were open by now must have ended before the next chunk. */
  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  saw(changes: readonly RowChange[]): void {
    for (const { transaction, table } of changes) {
      // Changes come in runs of one transaction and table.
      if (transaction === this.#last && table === this.#lastTable) continue;
      this.#last = transaction;
      this.#lastTable = table;
      this.#note(transaction, nameOf(table));
    }
  }

  /** Forgets those that the snapshot sees, now and when they come: later ones see them as well. */
  prune(sight: Sight): void {
    this.#sight = sight;
    for (const [commit, { transaction }] of this.#byCommit) if (sight.sees(transaction)) this.#byCommit.delete(commit);
  }

  /** Those that touched a table. */
  of(table: string): PostgresTransaction[] {
    return [...this.#byCommit.values()].flatMap(({ transaction, tables }) => (tables.has(table) ? transaction : []));
  }

  /** Begins anew, complete from now on. */
  clear(): void {
    this.#byCommit.clear();
    this.#last = undefined;
    this.#sight = undefined;
    this.#isIncomplete = false;
  }

  #note(transaction: PostgresTransaction, table: string): void {
    if (this.#sight?.sees(transaction) === true) return;
    const known = this.#byCommit.get(transaction.commitLsn);
    if (known !== undefined) known.tables.add(table);
    else if (this.#byCommit.size < MOST)
      this.#byCommit.set(transaction.commitLsn, { transaction, tables: new Set([table]) });
    else {
      this.#byCommit.clear();
      this.#isIncomplete = true;
    }
  }
}

/** A table's name as chunks and transactions have it in common. */
export function nameOf({ schema, table }: Pick<RowChange['table'], 'schema' | 'table'>): string {
  return tableName({ schema: schema ?? '', table });
}
