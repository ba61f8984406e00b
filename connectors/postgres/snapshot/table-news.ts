import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { TablePlan } from '../../snapshot/snapshot-records.ts';
import type { Notifier } from '../notifications/notifier.ts';

/** Of more tables nothing is told one by one: each notification names all of them. */
const MOST_TABLES = 200;

const AGGREGATE = 'Initial Snapshot';

/**
 * Tells of the tables of a snapshot by notifications, with Debezium's words and members: when one begins to be read, which of other
 * tasks is known once they have committed something of it, and when all of it was read.
 */
export class TableNews {
  readonly #notifier: Notifier;
  readonly #ledger: SnapshotLedger;
  readonly #plainName: (table: string) => string;
  readonly #begun = new Set<string>();
  readonly #done = new Set<string>();
  #tables: readonly string[] | undefined;
  #names = '';

  /** `plainName`: of a table of the plan, as notifications name it. */
  constructor(notifier: Notifier, ledger: SnapshotLedger, plainName: (table: string) => string) {
    this.#notifier = notifier;
    this.#ledger = ledger;
    this.#plainName = plainName;
  }

  /** Tables that this task reads next. */
  begins(plans: readonly TablePlan[]): void {
    for (const { table } of plans) this.#begin(table);
  }

  /** What others have read, and what is whole. */
  look(): void {
    for (const table of this.#told) {
      const plan = this.#done.has(table) ? undefined : this.#ledger.plan(table);
      if (plan === undefined) continue;
      const { rows, isWhole } = this.#ledger.tableFigures(plan);
      if (rows > 0 || isWhole) this.#begin(table);
      if (isWhole) this.#end(table, rows);
    }
  }

  /** None without a channel: not even the texts are made for nobody. */
  get #told(): readonly string[] {
    if (!this.#notifier.isEnabled) return [];
    if (this.#tables !== undefined) return this.#tables;
    const { plans } = this.#ledger;
    this.#names = plans.map(({ table }) => this.#plainName(table)).join(',');
    this.#tables = plans.slice(0, MOST_TABLES).map(({ table }) => table);
    return this.#tables;
  }

  #begin(table: string): void {
    if (this.#begun.has(table) || !this.#told.includes(table)) return;
    this.#begun.add(table);
    const current = this.#plainName(table);
    this.#notifier.notify(AGGREGATE, 'IN_PROGRESS', {
      data_collections: this.#names,
      current_collection_in_progress: current,
    });
  }

  #end(table: string, rows: number): void {
    this.#done.add(table);
    this.#notifier.notify(AGGREGATE, 'TABLE_SCAN_COMPLETED', {
      data_collections: this.#names,
      scanned_collection: this.#plainName(table),
      total_rows_scanned: String(rows),
      status: 'SUCCEEDED',
    });
  }
}
