import { ConnectorError } from '../../../errors/connector-error.ts';

export interface SpoolOptions {
  /** An existing folder on a disk. */
  readonly folder: string;
  /** All files together. */
  readonly maxBytes: number;
}

/** Memory of what is on its way to the disk that is enough: the source is read no further until some of it is there. */
const PENDING_BYTES = 4_194_304;
const BUFFER_BYTES = 262_144;
/** Buffers kept for the next block: as many as may be on their way. */
const SPARE_BUFFERS = PENDING_BYTES / BUFFER_BYTES;
/** What is known of a subtransaction takes up to a hundred bytes of memory. */
const MAX_SUBTRANSACTIONS = 1_000_000;

/** What the spool takes at this moment. */
export interface SpoolFigures {
  /** In its files, what is still on its way there included. */
  readonly bytes: number;
  readonly memoryBytes: number;
}

/** The room that all transactions which wait for their end share: on disk, in memory, and on the way between the two. */
export class Spool {
  readonly folder: string;
  readonly #maxBytes: number;
  readonly #failed = Promise.withResolvers<never>();
  readonly #spare: Buffer[] = [];
  #failure: ConnectorError | undefined;
  #used = 0;
  #pending = 0;
  /** Buffers that are being filled or written. */
  #buffers = 0;
  /** Bytes of large values on their way, which are in no buffer. */
  #loose = 0;
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

  get figures(): SpoolFigures {
    const memoryBytes = (this.#buffers + this.#spare.length) * BUFFER_BYTES + this.#loose;
    return { bytes: this.#used, memoryBytes };
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

  /** So many bytes of memory hold what is on its way; `isLoose`: no buffer of the spool. */
  writing(bytes: number, isLoose: boolean): void {
    this.#pending += bytes;
    if (isLoose) this.#loose += bytes;
  }

  written(bytes: number, isLoose: boolean): void {
    if (isLoose) this.#loose -= bytes;
    const before = this.#pending;
    this.#pending -= bytes;
    if (before > PENDING_BYTES && this.#pending <= PENDING_BYTES) this.onRoom();
  }

  fail(error: unknown): void {
    this.#failure ??= ConnectorError.from(error, 'POSTGRES_SPOOL_UNUSABLE', `a file in ${this.folder}`);
    this.#failed.reject(this.#failure);
  }

  buffer(): Buffer {
    this.#buffers += 1;
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  giveBuffer(buffer: Buffer): void {
    this.#buffers -= 1;
    if (this.#spare.length < SPARE_BUFFERS) this.#spare.push(buffer);
  }
}
