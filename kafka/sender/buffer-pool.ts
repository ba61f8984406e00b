const SMALLEST = 16 * 1024;
const LARGEST = 8 * 1024 * 1024;

/**
 * Keeps at most `maxBytes` of free buffers, in sizes that are powers of two. A fresh megabyte costs 0.5 ms of page faults
 * each time, more than compressing it; a reused one costs nothing.
 */
export class BufferPool {
  readonly #free = new Map<number, Buffer[]>();
  readonly #maxBytes: number;
  #freeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A buffer of at least so many bytes; its content is arbitrary. */
  take(minimum: number): Buffer {
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(minimum)));
    const reused = this.#free.get(size)?.pop();
    if (reused === undefined) return Buffer.allocUnsafeSlow(size);
    this.#freeBytes -= size;
    return reused;
  }

  /** Takes back a buffer of this pool that nobody uses any more. */
  give(buffer: Buffer): void {
    if (buffer.length > LARGEST || this.#freeBytes + buffer.length > this.#maxBytes) return;
    const list = this.#free.get(buffer.length);
    if (list === undefined) this.#free.set(buffer.length, [buffer]);
    else list.push(buffer);
    this.#freeBytes += buffer.length;
  }
}
