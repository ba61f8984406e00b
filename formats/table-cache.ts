import type { TableSchema } from '../connectors/table-schema.ts';

/** Of one generation. */
const GENERATION_BYTES = 24 * 1024 * 1024;
/** What is made for a table takes up to about this, with the text of its schemas: 15 KB for one of ten columns. */
const TABLE_BYTES = 3000;
const COLUMN_BYTES = 1200;

/**
 * What was made for versions of tables, for those that changed last: at most twice `bytes` of it, as estimated. So neither very many
 * nor very wide tables nor years of schema changes fill the memory; what comes again after it was forgotten is made again. A look-up
 * costs as much as one in a map.
 */
export class TableCache<T> {
  readonly #bytes: number;
  #young = new Map<TableSchema, T>();
  #youngBytes = 0;
  #old = new Map<TableSchema, T>();

  constructor(bytes = GENERATION_BYTES) {
    this.#bytes = bytes;
  }

  get(table: TableSchema): T | undefined {
    const young = this.#young.get(table);
    if (young !== undefined) return young;
    const old = this.#old.get(table);
    if (old !== undefined) this.set(table, old);
    return old;
  }

  set(table: TableSchema, value: T): void {
    if (this.#youngBytes >= this.#bytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    if (!this.#young.has(table)) this.#youngBytes += estimate(table);
    this.#young.set(table, value);
  }
}

function estimate({ columns }: TableSchema): number {
  return TABLE_BYTES + columns.length * COLUMN_BYTES;
}
