/**
 * What a column holds, in terms no single database owns. Every value travels as the UTF-8 text that PostgreSQL prints for
 * such a value with ISO date style, hex bytea and UTC (PostgreSQL 18 manual, chapter 8), whatever the source is; a
 * source with another text form converts it once, in its decoder. The form is given behind each kind.
 */
export type ColumnType =
  /** `t` or `f` */
  | { readonly kind: 'boolean' }
  /** decimal digits */
  | { readonly kind: 'int16' | 'int32' | 'int64' }
  /** shortest round-trip text; also `NaN`, `Infinity`, `-Infinity` */
  | { readonly kind: 'float32' | 'float64' }
  /** plain decimal, padded to the scale; also `NaN`, `Infinity`, `-Infinity`. Precision and scale null: unconstrained. */
  | { readonly kind: 'decimal'; readonly precision: number | null; readonly scale: number | null }
  /** as the server's lc_monetary prints it: `$1,234.11`, `($1,234.11)`, `-$1,234.11` */
  | { readonly kind: 'money' }
  /** any text, char(n) blank padded */
  | { readonly kind: 'text' }
  | { readonly kind: 'json' | 'xml' | 'uuid' | 'ltree' | 'tsvector' }
  /** one label */
  | { readonly kind: 'enum'; readonly labels: readonly string[] }
  /** `\x` and hex digits (or the older escape form) */
  | { readonly kind: 'bytes' }
  /** `0` and `1`, most significant first. Length null: bit varying without limit. */
  | { readonly kind: 'bits'; readonly length: number | null }
  /** `YYYY-MM-DD`, years beyond 9999 longer, ` BC` behind; also `infinity`, `-infinity` */
  | { readonly kind: 'date' }
  /** `HH:MM:SS[.ffffff]`; timetz with `+HH[:MM[:SS]]`. Precision: digits of the fraction, 0 to 6. */
  | { readonly kind: 'time' | 'timetz'; readonly precision: number }
  /** `YYYY-MM-DD HH:MM:SS[.ffffff]`, timestamptz with `+00` (UTC) behind; also infinities and ` BC` */
  | { readonly kind: 'timestamp' | 'timestamptz'; readonly precision: number }
  /** `1 year 2 mons 3 days 04:05:06.78` (intervalstyle postgres) */
  | { readonly kind: 'interval' }
  /** `"a"=>"1", "b"=>NULL` */
  | { readonly kind: 'hstore' }
  /** `(x,y)` */
  | { readonly kind: 'point' }
  /** hex EWKB of PostGIS */
  | { readonly kind: 'geometry' | 'geography' }
  /** pgvector: `[1,2,3]` */
  | { readonly kind: 'vector'; readonly element: 'float32' | 'float64' }
  /** pgvector: `{1:1.5,3:2}/5` */
  | { readonly kind: 'sparsevec' }
  /** array literal `{a,"b c",NULL}`, possibly with bounds `[2:3]=` in front */
  | { readonly kind: 'array'; readonly element: ColumnType }
  /** a type nobody mapped; the text as the source prints it */
  | { readonly kind: 'unknown' };
