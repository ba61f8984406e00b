import type { RowChange } from '../../change-event.ts';
import { NULL_FIELD, UNAVAILABLE_FIELD, type RowImage } from '../../row-image.ts';
import type { LackingRow } from './lacking-rows.ts';

/** The change with the values that were read, one for each column it lacks; null instead: none could be read. */
export function completed({ change, row, columns }: LackingRow, values: readonly (string | null)[] | null): RowChange {
  if (values === null) return { ...change, completed: { reread: [], missing: columns } };
  const texts = new Map(columns.map((column, index) => [column, values[index] ?? null]));
  const after = withValues(row, change.table.columns.length, texts);
  return { ...change, after, completed: { reread: columns, missing: [] } };
}

/** An image of its own: what was read is not among the bytes that were received. */
function withValues(row: RowImage, width: number, texts: ReadonlyMap<number, string | null>): RowImage {
  const fields = new Int32Array(2 * width);
  const parts: Buffer[] = [];
  let start = 0;
  for (let column = 0; column < width; column += 1) {
    const part = valueOf(row, column, texts);
    fields[2 * column] = start;
    fields[2 * column + 1] = typeof part === 'number' ? part : part.length;
    if (typeof part === 'number') continue;
    parts.push(part);
    start += part.length;
  }
  return { bytes: Buffer.concat(parts), fields, at: 0 };
}

/** Its bytes, or the length that stands for there being none. */
function valueOf(row: RowImage, column: number, texts: ReadonlyMap<number, string | null>): Buffer | number {
  const text = texts.get(column);
  if (text !== undefined) return text === null ? NULL_FIELD : Buffer.from(text, 'utf8');
  const start = row.fields[row.at + 2 * column] ?? 0;
  const length = row.fields[row.at + 2 * column + 1] ?? UNAVAILABLE_FIELD;
  return length < 0 ? length : row.bytes.subarray(start, start + length);
}
