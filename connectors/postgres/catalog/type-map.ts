import type { ColumnType } from '../../column-type.ts';
import type { ColumnSchema } from '../../table-schema.ts';
import type { PgType, PgTypes } from './pg-type.ts';

/** What a column's type means. */
export interface MappedType {
  readonly type: ColumnType;
  readonly sourceType: ColumnSchema['sourceType'];
}

/** typmod of character and numeric types counts these bytes in (VARHDRSZ). */
const HEADER = 4;
const MAX_FRACTION = 6;

type Mapping = (typmod: number) => ColumnType;
type Length = (typmod: number) => { readonly length: number | null; readonly scale: number | null };

const fixed =
  (type: ColumnType): Mapping =>
  () =>
    type;
const text = fixed({ kind: 'text' });
const unknown: ColumnType = { kind: 'unknown' };
const precision = (typmod: number): number => (typmod < 0 ? MAX_FRACTION : typmod);

/** numeric's typmod: precision in the upper half, scale in 11 bits, signed since PostgreSQL 15. */
function numeric(typmod: number): { precision: number | null; scale: number | null } {
  if (typmod < HEADER) return { precision: null, scale: null };
  const packed = typmod - HEADER;
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
}

/** Base types by name: those of pg_catalog and those of extensions, whose oids differ from database to database. */
const byName: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  ['bool', fixed({ kind: 'boolean' })],
  ['int2', fixed({ kind: 'int16' })],
  ['int4', fixed({ kind: 'int32' })],
  ['int8', fixed({ kind: 'int64' })],
  ['oid', fixed({ kind: 'int64' })],
  ['float4', fixed({ kind: 'float32' })],
  ['float8', fixed({ kind: 'float64' })],
  ['numeric', (typmod) => ({ kind: 'decimal', ...numeric(typmod) })],
  ['money', fixed({ kind: 'money' })],
  ...['char', 'bpchar', 'varchar', 'text', 'name', 'citext'].map((name) => [name, text] as const),
  ...['inet', 'cidr', 'macaddr', 'macaddr8'].map((name) => [name, text] as const),
  ...['isbn', 'isbn13', 'issn', 'issn13', 'ismn', 'ismn13', 'ean13', 'upc'].map((name) => [name, text] as const),
  ['json', fixed({ kind: 'json' })],
  ['jsonb', fixed({ kind: 'json' })],
  ['xml', fixed({ kind: 'xml' })],
  ['uuid', fixed({ kind: 'uuid' })],
  ['ltree', fixed({ kind: 'ltree' })],
  ['tsvector', fixed({ kind: 'tsvector' })],
  ['bytea', fixed({ kind: 'bytes' })],
  ['bit', (typmod) => ({ kind: 'bits', length: typmod < 0 ? 1 : typmod })],
  ['varbit', (typmod) => ({ kind: 'bits', length: typmod < 0 ? null : typmod })],
  ['date', fixed({ kind: 'date' })],
  ['time', (typmod) => ({ kind: 'time', precision: precision(typmod) })],
  ['timetz', (typmod) => ({ kind: 'timetz', precision: precision(typmod) })],
  ['timestamp', (typmod) => ({ kind: 'timestamp', precision: precision(typmod) })],
  ['timestamptz', (typmod) => ({ kind: 'timestamptz', precision: precision(typmod) })],
  ['interval', fixed({ kind: 'interval' })],
  ['hstore', fixed({ kind: 'hstore' })],
  ['point', fixed({ kind: 'point' })],
  ['geometry', fixed({ kind: 'geometry' })],
  ['geography', fixed({ kind: 'geography' })],
  ['vector', fixed({ kind: 'vector', element: 'float64' })],
  ['halfvec', fixed({ kind: 'vector', element: 'float32' })],
  ['sparsevec', fixed({ kind: 'sparsevec' })],
]);

/** Whether a base type of this name has a meaning here. */
export function isMapped(name: string): boolean {
  return byName.has(name);
}

const NONE = { length: null, scale: null };
const characters: Length = (typmod) => ({ length: typmod < HEADER ? null : typmod - HEADER, scale: null });
const digits: Length = (typmod) => ({ length: typmod < 0 ? null : typmod, scale: null });

const lengths: ReadonlyMap<string, Length> = new Map<string, Length>([
  ['bpchar', characters],
  ['varchar', characters],
  ['numeric', (typmod) => ({ length: numeric(typmod).precision, scale: numeric(typmod).scale })],
  ...['bit', 'varbit', 'time', 'timetz', 'timestamp', 'timestamptz'].map((name) => [name, digits] as const),
  // Behind the fields that an interval is restricted to.
  ['interval', (typmod) => ({ length: typmod < 0 ? null : typmod & 0xffff, scale: null })],
]);

/** Maps a column's type by oid and typmod; a type that is not (or no longer) in the catalog is unknown. */
export function mapType(oid: number, typmod: number, types: PgTypes): MappedType {
  const found = types.get(oid);
  if (found === undefined) return { type: unknown, sourceType: { name: `oid ${oid}`, ...NONE } };
  const { base, typmod: effective } = baseOf(found, typmod, types);
  const element = base.element === 0 ? undefined : types.get(base.element);
  const measured = element === undefined ? base : baseOf(element, effective, types).base;
  return {
    type: typeOf(base, effective, types),
    sourceType: {
      name: found.name,
      ...(lengths.get(measured.name)?.(effective) ?? NONE),
      ...(base === found ? {} : { base: base.name }),
    },
  };
}

/** Through domains to the type below; the outermost typmod that is set counts. */
function baseOf(type: PgType, typmod: number, types: PgTypes): { base: PgType; typmod: number } {
  let base = type;
  let effective = typmod;
  for (let next = types.get(base.base); base.kind === 'd' && next !== undefined; next = types.get(base.base)) {
    if (effective < 0) effective = base.baseTypmod;
    base = next;
  }
  return { base, typmod: effective };
}

function typeOf(type: PgType, typmod: number, types: PgTypes): ColumnType {
  if (type.kind === 'e') return { kind: 'enum', labels: type.labels };
  // Ranges print as text that consumers read as such; Debezium does not know multiranges.
  if (type.kind === 'r') return { kind: 'text' };
  if (type.kind !== 'b') return unknown;
  if (type.element !== 0) {
    const element = mapType(type.element, typmod, types).type;
    return element.kind === 'unknown' ? unknown : { kind: 'array', element };
  }
  return byName.get(type.name)?.(typmod) ?? unknown;
}
