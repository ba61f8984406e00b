import type { TablePlan } from '../../snapshot/snapshot-records.ts';
import type { TableSchema } from '../../table-schema.ts';

type Value = bigint | string | Buffer;

/** Values of the columns that chunks are divided by, in a form whose order is the server's. */
export type PieceKey = readonly Value[];

/** Types whose texts compare here as their values do in the server; of others nothing is left out, and rows may come again. */
const INTEGERS = new Set(['int2', 'int4', 'int8', 'oid']);

/** The key of a row; `textOf`: the text of a column by its index. Undefined: a value is not there, or does not compare here. */
export function pieceKey(
  plan: TablePlan,
  schema: TableSchema,
  textOf: (column: number) => string | null | undefined,
): PieceKey | undefined {
  const values: Value[] = [];
  for (const name of plan.key) {
    const column = schema.columns.findIndex((known) => known.name === name);
    const text = column < 0 ? undefined : textOf(column);
    const value = typeof text === 'string' ? comparable(plan, schema.columns[column], text) : undefined;
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** The columns that chunks are divided by, in their order; undefined: one is not there. */
export function keyColumns(plan: TablePlan, schema: TableSchema): (TableSchema['columns'][number] | undefined)[] {
  return plan.key.map((name) => schema.columns.find((column) => column.name === name));
}

/** The key that a piece ends at; what does not compare here is before everything. */
export function boundaryKey(
  plan: TablePlan,
  columns: ReturnType<typeof keyColumns>,
  upTo: readonly string[],
): PieceKey {
  return upTo.map((text, index) => comparable(plan, columns[index], text) ?? '');
}

/** A value of a key in a form whose order is the server's; undefined: there is none here. */
function comparable(
  { bytewise }: TablePlan,
  column: TableSchema['columns'][number] | undefined,
  text: string,
): Value | undefined {
  if (column === undefined) return undefined;
  const type = column.sourceType.name;
  if (INTEGERS.has(type)) return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  // In lower-case hexadecimal digits, which the server prints, the order of texts is that of the values.
  if (type === 'uuid') return text;
  return (type === 'text' || type === 'varchar') && bytewise.includes(column.name) ? Buffer.from(text) : undefined;
}

export function comparePieceKeys(left: PieceKey, right: PieceKey): number {
  for (const [index, value] of left.entries()) {
    const other = right[index];
    if (other === undefined) continue;
    const order = compareValues(value, other);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(left: Value, right: Value): number {
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return Buffer.compare(left, right);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
