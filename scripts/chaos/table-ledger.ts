import type { Change } from '../demo/change-ledger.ts';

interface Row {
  readonly version: number;
  readonly alive: boolean;
}

const NO_ROW: Row = { version: 0, alive: false };

/**
 * How the topic of a table begins: with changes alone, since the table was captured before it had rows; with an initial snapshot;
 * or with a table that had rows when it was added to a connector that streams.
 */
export type Beginning = 'empty' | 'snapshot' | 'added';

/** What was committed to one table, and how its rows stand; changes of an open transaction count only once it is settled. */
export class TableLedger {
  readonly table: string;
  readonly topic: string;
  readonly beginning: Beginning;
  readonly committed: Change[] = [];
  readonly #rows = new Map<number, Row>();
  #open = new Map<number, Row>();
  #openChanges: Change[] = [];
  #streamsFrom: number;

  constructor(table: string, topic: string, beginning: Beginning = 'empty') {
    this.table = table;
    this.topic = topic;
    this.beginning = beginning;
    this.#streamsFrom = beginning === 'empty' ? 0 : Infinity;
  }

  /** Place in `committed` from which every change must come as one; of those before it a snapshot may show the outcome. */
  get streamsFrom(): number {
    return this.#streamsFrom;
  }

  /** From now on every change must come as one. What the open transaction has done may lie before the place where that begins. */
  streams(): void {
    this.#streamsFrom = Math.min(this.#streamsFrom, this.committed.length + this.#openChanges.length);
  }

  /** For another topic of the same table, which a snapshot begins: the rows of now, then what is committed to them. */
  renewed(topic: string): TableLedger {
    const renewed = new TableLedger(this.table, topic, 'snapshot');
    for (const [id, row] of this.#rows) {
      renewed.#rows.set(id, row);
      if (row.alive) renewed.committed.push({ key: String(id), version: row.version, op: 'c' });
    }
    return renewed;
  }

  /** The rows that were committed and not deleted, key to version. */
  get contents(): Map<string, number> {
    const contents = new Map<string, number>();
    for (const [id, { version, alive }] of this.#rows) if (alive) contents.set(String(id), version);
    return contents;
  }

  /** The rows that were written last, key to version: their keys are below zero. */
  get markers(): Map<string, number> {
    return new Map([...this.contents].filter(([key]) => key.startsWith('-')));
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
