import type { ColumnType } from './column-type.ts';

/** One captured column of one version of a table. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /** The source's own name of the type, as `int4`, `varchar`, `numeric`; length and scale where declared. */
  readonly sourceType: {
    readonly name: string;
    readonly length: number | null;
    readonly scale: number | null;
    /** Of a domain: the name of the type below it. */
    readonly base?: string;
  };
  /** False only for NOT NULL columns (key columns included). */
  readonly optional: boolean;
  /** Text of a constant default in the form of the column's kind; undefined when there is none or it is not constant. */
  readonly defaultText: string | undefined;
  /** True when the source computes a default for each row (a sequence, now()): there is one, but no constant. */
  readonly computedDefault?: boolean;
  /** What the source says about the column in words; undefined: nothing. */
  readonly comment?: string;
  /** True for a column that is captured for the key alone: its filters keep it out of the rows that consumers see. */
  readonly keyOnly?: boolean;
}

/**
 * One version of a table as its rows are captured: columns in table order without the excluded ones. The object is shared
 * by all rows of that version and serves as the identity under which encoders are cached: a changed table is a new object.
 */
export interface TableSchema {
  readonly database: string;
  /** Null where the source has no schemas between database and table (MySQL). */
  readonly schema: string | null;
  readonly table: string;
  readonly columns: readonly ColumnSchema[];
  /** Indexes into `columns` of the message key, in key order; null: records without key. */
  readonly key: readonly number[] | null;
}
