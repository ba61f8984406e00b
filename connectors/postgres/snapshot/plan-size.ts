/** Of a page of the server. */
export const BLOCK_BYTES = 8192;
/** A plan is one record, and brokers take 1 MB of those by default (message.max.bytes). */
const BOUNDARIES_BYTES = 500_000;
/** So many chunks of 16 MB are 128 GB; those of larger tables are larger. */
const CHUNKS = 8192;

/** How many chunks a table is to have, for chunks of about so many bytes. At least 1. */
export function chunkCount(bytes: number, chunkBytes: number): number {
  return Math.max(1, Math.min(CHUNKS, Math.ceil(bytes / chunkBytes)));
}

/** As many of the boundaries as one record can hold: every second one is left out until they fit, which doubles the chunks. */
export function fitting<T extends readonly string[]>(boundaries: readonly T[]): T[] {
  let kept = [...boundaries];
  while (Buffer.byteLength(JSON.stringify(kept)) > BOUNDARIES_BYTES) kept = kept.filter((_, index) => index % 2 === 1);
  return kept;
}

/** Tables of up to so many bytes are read whole, several at a time. */
export const SMALL_BYTES = 65_536;
