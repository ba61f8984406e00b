const BLOCK_FIELDS = 16_384;

/**
 * Hands out room for the field ranges of row images from blocks that many images share. A block lives for as long as an image
 * refers to it.
 */
export class FieldArena {
  fields = new Int32Array(BLOCK_FIELDS);
  #next = 0;

  /** The start of `length` numbers in `fields`, which changes when a new block is begun. */
  reserve(length: number): number {
    if (this.#next + length > this.fields.length) {
      this.fields = new Int32Array(Math.max(BLOCK_FIELDS, length));
      this.#next = 0;
    }
    const at = this.#next;
    this.#next += length;
    return at;
  }

  /** Gives back what was reserved last from `at` on. */
  release(at: number): void {
    this.#next = at;
  }
}
