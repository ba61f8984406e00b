import pg from 'pg';
import type { TablePlan } from '../../snapshot/snapshot-records.ts';

/** What lies above one boundary and not above another one, both of the form that plans have; undefined: without end. */
export interface ChunkRange {
  readonly lower: readonly string[] | undefined;
  readonly upper: readonly string[] | undefined;
}

/** A chunk, or (`reached`) what is left of it. */
export function chunkRange(
  { boundaries }: Pick<TablePlan, 'boundaries'>,
  chunk: number,
  reached?: readonly string[] | null,
): ChunkRange {
  return { lower: reached ?? boundaries[chunk - 1], upper: boundaries[chunk] };
}

/**
 * The rows of a range as SQL; null: all of the table. `typeOf`: the type of a key's column as SQL, since boundaries are kept as
 * text.
 */
export function chunkCondition(
  { split, key }: Pick<TablePlan, 'split' | 'key'>,
  { lower, upper }: ChunkRange,
  typeOf: (column: string) => string,
): string | null {
  if (split === 'pages') {
    const page = ([number]: readonly string[]): string => `'(${Number(number)},0)'::pg_catalog.tid`;
    return both(
      lower === undefined ? undefined : `ctid >= ${page(lower)}`,
      upper === undefined ? undefined : `ctid < ${page(upper)}`,
    );
  }
  const columns = tuple(key.map((column) => pg.escapeIdentifier(column)));
  const values = (boundary: readonly string[]): string =>
    tuple(key.map((column, index) => `${pg.escapeLiteral(boundary[index] ?? '')}::${typeOf(column)}`));
  return both(
    lower === undefined ? undefined : `${columns} > ${values(lower)}`,
    upper === undefined ? undefined : `${columns} <= ${values(upper)}`,
  );
}

function both(lower: string | undefined, upper: string | undefined): string | null {
  const given = [lower, upper].filter((condition) => condition !== undefined);
  return given.length === 0 ? null : given.join(' AND ');
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`;
}
