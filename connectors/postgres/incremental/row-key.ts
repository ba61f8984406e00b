import { fieldText, type RowImage } from '../../row-image.ts';
import type { RowChange } from '../../change-event.ts';
import type { TableSchema } from '../../table-schema.ts';

/**
 * Text that tells a row from the others of its table, by the columns of a key. Rows that COPY gives and rows of the stream come
 * in the same text forms, since both sessions have the same settings.
 */
export class RowKey {
  readonly #columns: readonly string[];
  #schema: TableSchema | undefined;
  #indexes: readonly number[] = [];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  /** Undefined: a column of the key is not there, or its value was not sent. */
  of(schema: TableSchema, row: RowImage, instead: RowImage | null = null): string | undefined {
    const values = this.values(schema, row, instead);
    return values === undefined ? undefined : values.map((value) => `${value.length}:${value}`).join('');
  }

  /** `instead`: where a value is that was not sent again. */
  values(schema: TableSchema, row: RowImage, instead: RowImage | null = null): string[] | undefined {
    const values: string[] = [];
    for (const index of this.#places(schema)) {
      if (index < 0) return undefined;
      const sent = fieldText(row, index);
      const value = sent === undefined && instead !== null ? fieldText(instead, index) : sent;
      // Columns of a key are never NULL: a column that is was left out of the row that a key stands for.
      if (value === undefined || value === null) return undefined;
      values.push(value);
    }
    return values;
  }

  /** The keys that a change takes a row from and to; undefined: they cannot be told. */
  ofChange({ op, table, before, after }: RowChange): string[] | undefined {
    const old = before === null ? undefined : this.of(table, before);
    if (op === 'd') return old === undefined ? undefined : [old];
    if (after === null) return undefined;
    const now = this.of(table, after, before);
    if (now === undefined || (before !== null && old === undefined)) return undefined;
    return old === undefined || old === now ? [now] : [old, now];
  }

  #places(schema: TableSchema): readonly number[] {
    if (schema === this.#schema) return this.#indexes;
    this.#schema = schema;
    this.#indexes = this.#columns.map((name) => schema.columns.findIndex((column) => column.name === name));
    return this.#indexes;
  }
}
