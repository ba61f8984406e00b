/** A value's bytes within a larger buffer. One object may be filled again and again: nobody keeps it. */
export interface ByteRange {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The whole of a text as a range. */
export function rangeOf(text: string): ByteRange {
  const bytes = Buffer.from(text, 'utf8');
  return { bytes, start: 0, end: bytes.length };
}

/** The text of a range; for all that is not the hot path. */
export function textOf({ bytes, start, end }: ByteRange): string {
  return bytes.toString('utf8', start, end);
}
