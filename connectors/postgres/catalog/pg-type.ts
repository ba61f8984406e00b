/** One row of pg_type, with the labels of an enum. */
export interface PgType {
  readonly oid: number;
  readonly name: string;
  readonly schema: string;
  /** typtype: b base, c composite, d domain, e enum, p pseudo, r range, m multirange. */
  readonly kind: string;
  /** typelem for array types in curly-brace form; 0: no array. */
  readonly element: number;
  /** typbasetype and typtypmod of a domain; 0 and −1 otherwise. */
  readonly base: number;
  readonly baseTypmod: number;
  /** In enumsortorder; empty unless an enum. */
  readonly labels: readonly string[];
}

export type PgTypes = ReadonlyMap<number, PgType>;
