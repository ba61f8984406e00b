import type { Difference } from './record-diff.ts';

/** Places where our records are meant to differ. */
export interface IntendedDifference {
  /** Names of configurations, `snapshot` for rows read in a snapshot; undefined: all. */
  readonly variants?: readonly string[];
  /** Or the last part of another topic. */
  readonly table: string;
  /** Columns that may differ, in rows and in schemas. */
  readonly columns?: readonly string[];
  /** Places that may differ. */
  readonly places?: RegExp;
  /** Records that Debezium alone has, behind the others of the topic. */
  readonly more?: number;
  /** As in docs/formats.md. */
  readonly reason: string;
}

export const intendedDifferences: readonly IntendedDifference[] = [
  {
    variants: ['masked', 'marked'],
    table: 'masked',
    columns: ['stars_ci'],
    reason: 'masks on citext: Debezium says in the schema that the value is masked, and writes it in clear',
  },
  {
    variants: ['snapshotmarked'],
    table: 'nums',
    places: /parameters\.__debezium\.source\.column\.(type|length|scale)$/,
    reason: 'source types: in snapshots Debezium has the names of domains and the length of numeric as JDBC shows them',
  },
  {
    variants: ['snapshotmarked'],
    table: 'masked',
    places: /\.cut_n\.parameters$/,
    reason: 'source types: in snapshots Debezium has the names of domains and the length of numeric as JDBC shows them',
  },
  {
    table: 'txs',
    places: /^value\.payload\.data_collections/,
    reason:
      'END of a transaction: Debezium names and counts each logical message by itself, and has the order of a Java HashMap',
  },
  {
    variants: ['transactions'],
    table: 'message',
    places: /^value\.payload\.transaction\.data_collection_order$/,
    reason: 'logical messages in transaction metadata: each is a collection of its own for Debezium',
  },
  {
    table: 'scalars',
    columns: ['n'],
    reason: 'type name: Debezium reads it in snapshots and writes null while streaming',
  },
  {
    table: 'nums',
    columns: ['nneg'],
    reason: 'negative scale: Debezium reads it as 2046 and multiplies the number by 10^2046',
  },
  {
    table: 'infinite',
    columns: ['d'],
    reason: 'infinite dates: Debezium has other numbers in snapshots and while streaming, both without order',
  },
  {
    variants: ['nanos'],
    table: 'infinite',
    columns: ['ts', 'ts3'],
    reason: 'nanoseconds beyond 64 bits: Debezium overflows',
  },
  {
    variants: ['nanos'],
    table: 'old_times',
    columns: ['ts', 'ts0', 'ts3'],
    reason: 'nanoseconds beyond 64 bits: Debezium overflows',
  },
  {
    variants: ['snapshot'],
    table: 'old_times',
    columns: ['d', 'ts', 'ts0', 'ts3', 'tsz', 'tsz0'],
    reason:
      'dates before 1582: in snapshots Debezium counts in the Julian calendar and forgets BC, while streaming it does not',
  },
  {
    variants: ['snapshot'],
    table: 'bits',
    columns: ['vb1'],
    reason: 'bit varying(1): Debezium fails on it in snapshots and writes null',
  },
  {
    variants: ['snapshot'],
    table: 'defaults',
    columns: ['gen'],
    reason: 'generated columns: Debezium has them in snapshots alone, since pgoutput does not send them',
  },
  {
    table: 'arrays',
    columns: ['ti', 'tiz'],
    reason: 'times in arrays: Debezium cuts them to milliseconds or seconds and makes 24:00 of them 0',
  },
  {
    table: 'more_arrays',
    columns: ['nm', 'm', 'iv', 'vb', 'bi', 'x', 'p', 'dm', 'cp'],
    reason: 'element types that Debezium leaves out, fails on or writes as opaque bytes',
  },
  {
    table: 'dimensions',
    columns: ['i', 't', 'n'],
    reason: 'arrays of several dimensions: Debezium writes nulls or names of Java objects',
  },
  {
    table: 'more_toast',
    columns: ['i2a', 'na', 'tsa', 'da8', 'ba1', 'num', 'vb', 'vec', 'g'],
    reason: 'placeholders of types for which Debezium has none: it writes null',
  },
  {
    variants: ['text', 'iso', 'double', 'transactions'],
    table: 'toast',
    columns: ['ba', 'baa', 'da'],
    reason: 'placeholders under handling modes for which Debezium has none: it writes null',
  },
  {
    variants: ['text', 'numeric'],
    table: 'shapes',
    columns: ['bx', 'ci', 'li', 'ls', 'pa', 'pg'],
    reason: 'unknown types: Debezium prints geometric ones anew, with .0 behind whole numbers',
  },
  {
    table: 'expressions',
    columns: ['joined', 'sum'],
    reason: 'defaults that are expressions: Debezium takes the first literal, or nothing',
  },
];

/** The same while tables change. */
export const schemaChangeDifferences: readonly IntendedDifference[] = [
  {
    table: 'cols',
    places: /\.fields\.e\.parameters\.allowed$/,
    reason: 'label added to an enum: Debezium writes it and keeps the list of labels as it was',
  },
  {
    table: 'moved_on',
    more: 1,
    reason: 'table that leaves the include list by a new name or schema: Debezium goes on with it under the old name',
  },
];

/** Where a difference was seen. */
export interface SeenDifference {
  readonly variant: string;
  readonly table: string;
  readonly difference: Difference;
}

/** The intended difference that covers records that Debezium alone has. */
export function coveringMore(
  all: readonly IntendedDifference[],
  { variant, table, more }: { readonly variant: string; readonly table: string; readonly more: number },
): IntendedDifference | undefined {
  return all.find((intended) => intended.table === table && isMeant(intended, variant) && intended.more === more);
}

/** The intended difference that covers a difference, if one does. */
export function coveringDifference(
  all: readonly IntendedDifference[],
  { variant, table, difference: { path } }: SeenDifference,
): IntendedDifference | undefined {
  const column =
    /^(?:key|value)(?:\.payload)?\.(?:before|after)\.([^.]+)/.exec(path)?.[1] ??
    /^value\.schema\.fields\.(?:before|after)\.fields\.([^.]+)/.exec(path)?.[1];
  return all.find(
    (intended) =>
      intended.table === table &&
      isMeant(intended, variant) &&
      (intended.places?.test(path) === true || (column !== undefined && intended.columns?.includes(column) === true)),
  );
}

function isMeant({ variants }: IntendedDifference, variant: string): boolean {
  // What is taken in a snapshot has the differences of snapshots, and those of its configuration.
  const names = variant.startsWith('snapshot') ? ['snapshot', variant, variant.slice('snapshot'.length)] : [variant];
  return variants === undefined || names.some((name) => variants.includes(name));
}
