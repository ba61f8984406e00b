import { ConnectorError } from '../../../errors/connector-error.ts';

export interface SpoolOptions {
  /** An existing folder on a disk. */
  readonly folder: string;
  /** All files together. */
  readonly maxBytes: number;
}

/** Bytes on their way to the disk that are enough: the source is read no further until they are there. */
const PENDING_BYTES = 4_194_304;
const BUFFER_BYTES = 262_144;
/** Buffers kept for the next block: as many as the bytes on their way can fill. */
const SPARE_BUFFERS = PENDING_BYTES / BUFFER_BYTES;
/** What is known of a subtransaction takes up to a hundred bytes of memory. */
const MAX_SUBTRANSACTIONS = 1_000_000;

/** The room that all transactions which wait for their end share: on disk, in memory, and on the way between the two. */
export class Spool {
  readonly folder: string;
  readonly #maxBytes: number;
  readonly #failed = Promise.withResolvers<never>();
  readonly #spare: Buffer[] = [];
  #failure: ConnectorError | undefined;
  #used = 0;
  #pending = 0;
  #subtransactions = 0;
  /** Called when enough of what was on its way has been written. */
  onRoom: () => void = () => undefined;

  constructor({ folder, maxBytes }: SpoolOptions) {
    this.folder = folder;
    this.#maxBytes = maxBytes;
    this.#failed.promise.catch(() => undefined);
  }

  /** Rejects with POSTGRES_SPOOL_UNUSABLE when a file could not be written or read. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get failure(): ConnectorError | undefined {
    return this.#failure;
  }

  /** Bytes of all files. */
  get used(): number {
    return this.#used;
  }

  /** True: nothing more until `onRoom` is called. */
  get isFull(): boolean {
    return this.#pending > PENDING_BYTES;
  }

  /** Throws POSTGRES_SPOOL_UNUSABLE when there is no room for so many bytes. */
  take(bytes: number): void {
    if (this.#used + bytes > this.#maxBytes)
      throw new ConnectorError(
        'POSTGRES_SPOOL_UNUSABLE',
        `changes of transactions that have not ended take more than the ${this.#maxBytes} bytes of millrace.spool.max.bytes`,
      );
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }

  /** Throws POSTGRES_SPOOL_UNUSABLE when there are too many to be remembered. */
  takeSubtransaction(): void {
    if (this.#subtransactions >= MAX_SUBTRANSACTIONS)
      throw new ConnectorError(
        'POSTGRES_SPOOL_UNUSABLE',
        `transactions that have not ended have more than ${MAX_SUBTRANSACTIONS} subtransactions`,
      );
    this.#subtransactions += 1;
  }

  giveSubtransactions(count: number): void {
    this.#subtransactions -= count;
  }

  writing(bytes: number): void {
    this.#pending += bytes;
  }

  written(bytes: number): void {
    const before = this.#pending;
    this.#pending -= bytes;
    if (before > PENDING_BYTES && this.#pending <= PENDING_BYTES) this.onRoom();
  }

  fail(error: unknown): void {
    this.#failure ??= ConnectorError.from(error, 'POSTGRES_SPOOL_UNUSABLE', `a file in ${this.folder}`);
    this.#failed.reject(this.#failure);
  }

  buffer(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  giveBuffer(buffer: Buffer): void {
    if (buffer.length === BUFFER_BYTES && this.#spare.length < SPARE_BUFFERS) this.#spare.push(buffer);
  }
}
