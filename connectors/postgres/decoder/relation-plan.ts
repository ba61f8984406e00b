import type { TableSchema } from '../../table-schema.ts';

/** How the rows of one version of a table are read off the wire. */
export interface RelationPlan {
  readonly schema: TableSchema;
  /** For each column on the wire its index in `schema.columns`, −1: not captured. */
  readonly capture: Int32Array;
  /** Number of captured columns. */
  readonly width: number;
  /** Captured columns that hold one label of an enum. */
  readonly enums: readonly EnumColumn[];
}

interface EnumColumn {
  readonly column: number;
  /** The labels that the catalog had when it was asked last, as UTF-8. */
  readonly labels: readonly Buffer[];
}

/** What the decoder asks about tables. */
export interface Relations {
  /** Null: the table is not captured. Undefined: no Relation message came for it. */
  plan(oid: number): RelationPlan | null | undefined;
  /** Takes a Relation message. False: the catalog has to be asked first; decoding waits until that is done. */
  define(bytes: Buffer, at: number): boolean;
  /** Takes a label that the plan of the table does not have. True: the catalog has to be asked before decoding goes on. */
  askLabel(oid: number, label: string): boolean;
  /** Takes a Type message. */
  noteType(bytes: Buffer, at: number): void;
}
