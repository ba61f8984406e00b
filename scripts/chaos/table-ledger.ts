import type { Change } from '../demo/change-ledger.ts';

interface Row {
  readonly version: number;
  readonly alive: boolean;
}

const NO_ROW: Row = { version: 0, alive: false };

/** What was committed to one table, and how its rows stand; changes of an open transaction count only once it is settled. */
export class TableLedger {
  readonly table: string;
  readonly topic: string;
  readonly committed: Change[] = [];
  readonly #rows = new Map<number, Row>();
  #open = new Map<number, Row>();
  #openChanges: Change[] = [];

  constructor(table: string, topic: string) {
    this.table = table;
    this.topic = topic;
  }

  /** The row as the open transaction sees it. */
  row(id: number): Row {
    return this.#open.get(id) ?? this.#rows.get(id) ?? NO_ROW;
  }

  /** Notes an insert or an update, and gives the version it takes. */
  write(id: number): number {
    const { version, alive } = this.row(id);
    this.#open.set(id, { version: version + 1, alive: true });
    this.#openChanges.push({ key: String(id), version: version + 1, op: alive ? 'u' : 'c' });
    return version + 1;
  }

  remove(id: number): void {
    const { version } = this.row(id);
    this.#open.set(id, { version, alive: false });
    this.#openChanges.push({ key: String(id), version, op: 'd' });
  }

  /** Ends the open transaction: its changes count, or never were. */
  settle(outcome: 'committed' | 'aborted'): void {
    if (outcome === 'committed') {
      for (const [id, row] of this.#open) this.#rows.set(id, row);
      for (const change of this.#openChanges) this.committed.push(change);
    }
    this.#open = new Map();
    this.#openChanges = [];
  }
}
