const SMALLEST = 16 * 1024;
const LARGEST = 8 * 1024 * 1024;

// Below so many bytes in use, whoever expects to need a large buffer gets it at once.
const GENEROUS_BYTES = 32 * 1024 * 1024;

/**
 * Keeps at most `maxBytes` of free buffers, in sizes that are powers of two. A fresh megabyte costs 0.5 ms of page
 * faults each time, more than compressing it; a reused one costs nothing.
 */
export class BufferPool {
  readonly #free = new Map<number, Buffer[]>();
  readonly #maxBytes: number;
  #freeBytes = 0;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /**
   * A buffer of at least `minimum` bytes; its content is arbitrary. It is as large as `expected` unless very much is in
   * use: a thousand partitions that each expect a megabyte do not get it.
   */
  take(minimum: number, expected = minimum): Buffer {
    const wanted = this.#usedBytes < GENEROUS_BYTES ? Math.max(minimum, expected) : minimum;
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(wanted)));
    const reused = this.#free.get(size)?.pop();
    this.#usedBytes += size;
    if (reused === undefined) return Buffer.allocUnsafeSlow(size);
    this.#freeBytes -= size;
    return reused;
  }

  /** Takes back a buffer of this pool that nobody uses any more. */
  give(buffer: Buffer): void {
    this.#usedBytes -= buffer.length;
    if (buffer.length > LARGEST || this.#freeBytes + buffer.length > this.#maxBytes) return;
    const list = this.#free.get(buffer.length);
    if (list === undefined) this.#free.set(buffer.length, [buffer]);
    else list.push(buffer);
    this.#freeBytes += buffer.length;
  }
}
