import type { SettledChunk } from './snapshot-records.ts';

/** What was read of a table by one version of its plan. Its sums are kept, since there may be very many chunks. */
export class ReadChunks {
  readonly #byNumber = new Map<number, SettledChunk>();
  #rows = 0;
  #settled = 0;
  #unseen = 0;

  /** Of all chunks, and of parts of chunks. */
  get rows(): number {
    return this.#rows;
  }

  /** How many chunks are read to their end, or could not be. */
  get settled(): number {
    return this.#settled;
  }

  /** Whether the snapshot could not see the table when one of them was to be read. */
  get isUnseen(): boolean {
    return this.#unseen > 0;
  }

  get(chunk: number): SettledChunk | undefined {
    return this.#byNumber.get(chunk);
  }

  /** Those of which something was read, in the order in which that began. */
  get all(): Iterable<SettledChunk> {
    return this.#byNumber.values();
  }

  /** In place of what was known of the chunk. */
  set(chunk: SettledChunk): void {
    const before = this.#byNumber.get(chunk.chunk);
    if (before !== undefined) this.#count(before, -1);
    this.#byNumber.set(chunk.chunk, chunk);
    this.#count(chunk, 1);
  }

  #count({ rows, upTo, unseen }: SettledChunk, sign: 1 | -1): void {
    this.#rows += sign * rows;
    if (upTo !== null) return;
    this.#settled += sign;
    if (unseen) this.#unseen += sign;
  }
}
