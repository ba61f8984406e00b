/** What is known of one table of a snapshot; `bytes` in the source. */
export interface TableTotals {
  readonly rows: number;
  readonly bytes: number;
  readonly bytesDone: number;
  readonly isWhole: boolean;
}

/** Sums over the tables of a snapshot. They are asked for every second, and there may be tens of thousands of tables. */
export class LedgerTotals {
  readonly #tables = new Map<string, TableTotals>();
  #rows = 0;
  #bytes = 0;
  #bytesDone = 0;
  #tablesDone = 0;

  /** Rows read so far; tables read whole; bytes in the source behind what was read, and behind all of it. */
  get sums(): {
    readonly rows: number;
    readonly tablesDone: number;
    readonly bytesDone: number;
    readonly bytes: number;
  } {
    return { rows: this.#rows, tablesDone: this.#tablesDone, bytesDone: this.#bytesDone, bytes: this.#bytes };
  }

  of(table: string): TableTotals | undefined {
    return this.#tables.get(table);
  }

  /** In place of what was known of the table. */
  set(table: string, totals: TableTotals): void {
    const before = this.#tables.get(table);
    if (before !== undefined) this.#count(before, -1);
    this.#tables.set(table, totals);
    this.#count(totals, 1);
  }

  #count({ rows, bytes, bytesDone, isWhole }: TableTotals, sign: 1 | -1): void {
    this.#rows += sign * rows;
    this.#bytes += sign * bytes;
    this.#bytesDone += sign * bytesDone;
    if (isWhole) this.#tablesDone += sign;
  }
}
