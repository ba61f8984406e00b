import type { TableSchema } from '../connectors/table-schema.ts';

/** Tables of one generation: about 50 MB of encoders for tables of ten columns. */
const TABLES = 2500;

/**
 * What was made for versions of tables, for those that changed last: at most twice `tables` of them. So neither very many tables
 * nor years of schema changes fill the memory; what comes again after it was forgotten is made again. A look-up costs as much as
 * one in a map.
 */
export class TableCache<T> {
  readonly #tables: number;
  #young = new Map<TableSchema, T>();
  #old = new Map<TableSchema, T>();

  constructor(tables = TABLES) {
    this.#tables = tables;
  }

  get(table: TableSchema): T | undefined {
    const young = this.#young.get(table);
    if (young !== undefined) return young;
    const old = this.#old.get(table);
    if (old !== undefined) this.set(table, old);
    return old;
  }

  set(table: TableSchema, value: T): void {
    if (this.#young.size >= this.#tables) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(table, value);
  }
}
