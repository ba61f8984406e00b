import type { ColumnSchema } from '../../../connectors/table-schema.ts';

/** Length of a type that has none. */
const UNLIMITED = 2_147_483_647;
/** Of numeric without precision, as the driver shows it. */
const UNCONSTRAINED = 131_089;
const DEFAULT_FRACTION = 6;

const LENGTHS: ReadonlyMap<string, number> = new Map([
  ['int2', 5],
  ['int4', 10],
  ['oid', 10],
  ['int8', 19],
  ['float4', 8],
  ['float8', 17],
  ['char', 1],
  ['bool', 1],
  ['date', 13],
  ['interval', 49],
]);

/** Lengths of temporal types without fraction; a fraction takes its digits and a point. */
const TEMPORAL: ReadonlyMap<string, number> = new Map([
  ['time', 8],
  ['timetz', 14],
  ['timestamp', 22],
  ['timestamptz', 28],
]);

const SCALES: ReadonlyMap<string, number> = new Map([
  ['float4', 8],
  ['float8', 17],
  ['interval', DEFAULT_FRACTION],
]);

/** Name of the type whose size counts: below domains, and of elements. */
function measured({ sourceType }: ColumnSchema): string {
  return (sourceType.base ?? sourceType.name).replace(/^_/, '');
}

/** How many characters or digits a column may have, as Debezium has it of PostgreSQL's JDBC driver (TypeInfoCache.getPrecision). */
export function columnLength(column: ColumnSchema): number {
  const name = measured(column);
  const { length } = column.sourceType;
  const clock = TEMPORAL.get(name);
  if (clock !== undefined) return clock + fractionLength(length);
  if (name === 'numeric') return length ?? UNCONSTRAINED;
  return LENGTHS.get(name) ?? length ?? UNLIMITED;
}

/** The driver counts two digits for one. */
function fractionLength(digits: number | null): number {
  if (digits === 0) return 0;
  return digits === 1 ? 3 : (digits ?? DEFAULT_FRACTION) + 1;
}

/** Digits behind the point, with the driver's ideas about types that have none. */
export function columnScale(column: ColumnSchema): number {
  const name = measured(column);
  const { length, scale } = column.sourceType;
  if (TEMPORAL.has(name)) return length ?? DEFAULT_FRACTION;
  // The driver takes a scale below zero for 16 bits without sign.
  return SCALES.get(name) ?? (scale === null ? 0 : scale & 0x7ff);
}
