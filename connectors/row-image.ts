/** Length of a field that is SQL NULL. */
export const NULL_FIELD = -1;
/** Length of a field whose value the source did not send (unchanged TOAST) and that no other image supplies. */
export const UNAVAILABLE_FIELD = -2;

/**
 * One row, as ranges of bytes in the buffer it was received in: column i of its table schema is the UTF-8 text
 * `bytes[fields[at + 2i] … + fields[at + 2i + 1]]`. No string and no object per value: at 200,000 rows a second they
 * would cost more than everything else together. The bytes may be overwritten once the batch is acknowledged.
 */
export interface RowImage {
  readonly bytes: Buffer;
  /** Pairs of start and length (NULL_FIELD, UNAVAILABLE_FIELD for no value); shared by many images. */
  readonly fields: Int32Array;
  readonly at: number;
}

/** The text of a column; null for SQL NULL, undefined when unavailable. For all that is not the hot path. */
export function fieldText(image: RowImage, column: number): string | null | undefined {
  const start = image.fields[image.at + 2 * column];
  const length = image.fields[image.at + 2 * column + 1];
  if (start === undefined || length === undefined) throw new RangeError(`column ${column} is beyond the image`);
  if (length === NULL_FIELD) return null;
  if (length === UNAVAILABLE_FIELD) return undefined;
  return image.bytes.toString('utf8', start, start + length);
}

/** An image of its own from texts (null: SQL NULL, undefined: unavailable). For tests and rows that come as text. */
export function imageOf(values: readonly (string | null | undefined)[]): RowImage {
  const fields = new Int32Array(values.length * 2);
  const parts: Buffer[] = [];
  let start = 0;
  for (const [column, value] of values.entries()) {
    fields[2 * column] = start;
    if (typeof value !== 'string') {
      fields[2 * column + 1] = value === null ? NULL_FIELD : UNAVAILABLE_FIELD;
      continue;
    }
    const part = Buffer.from(value, 'utf8');
    fields[2 * column + 1] = part.length;
    parts.push(part);
    start += part.length;
  }
  return { bytes: Buffer.concat(parts), fields, at: 0 };
}
