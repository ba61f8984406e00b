import { NULL_FIELD } from '../../row-image.ts';

const TAB = 9;
const LINE_FEED = 10;
const BACKSLASH = 92;
const NULL_MARK = 78; // N

/** What stands behind a backslash in COPY's text format (PostgreSQL 18 manual, COPY), and what it means. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [98, 8], // \b
  [102, 12], // \f
  [110, 10], // \n
  [114, 13], // \r
  [116, 9], // \t
  [118, 11], // \v
]);

/** One line of COPY's text format: `bytes[start…end)`, line end included. */
export interface CopyLine {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Notes the ranges of the values, column i at `fields[base + 2i]`, and undoes escapes in place: what is written is never longer
 * than what was read. Throws a RangeError when the line does not have `width` columns.
 */
export function readCopyRow(
  { bytes, start, end }: CopyLine,
  fields: Int32Array,
  { base, width }: { base: number; width: number },
): void {
  let read = start;
  for (let column = 0; column < width; column += 1) {
    const from = read;
    let write = read;
    let isNull = false;
    for (;;) {
      const byte = bytes[read] ?? LINE_FEED;
      if (byte === TAB || byte === LINE_FEED || read >= end) break;
      read += 1;
      if (byte !== BACKSLASH) {
        if (write !== read - 1) bytes[write] = byte;
        write += 1;
        continue;
      }
      const escaped = bytes[read] ?? 0;
      read += 1;
      if (escaped === NULL_MARK) isNull = true;
      else {
        bytes[write] = ESCAPES.get(escaped) ?? escaped;
        write += 1;
      }
    }
    fields[base + 2 * column] = from;
    fields[base + 2 * column + 1] = isNull ? NULL_FIELD : write - from;
    const last = column === width - 1;
    if (last !== (bytes[read] === LINE_FEED && read === end - 1))
      throw new RangeError(`a row of COPY has not ${width} columns`);
    read += 1;
  }
}
