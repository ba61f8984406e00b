/** What the gate looks at. */
export interface RoomQuestions {
  /** Bytes that may be in flight. */
  readonly limit: number;
  /** Bytes that wait to be encoded. */
  readonly queued: () => number;
  /** Bytes of records that are not committed. */
  readonly pending: () => number;
  /** Those of them that Kafka has not acknowledged. */
  readonly unacknowledged: () => number;
  /** Whether the transaction that the newest batch belongs to may be larger than what may be in flight. */
  readonly isLong: () => boolean;
}

const CHECK_MS = 5;
/**
 * In a transaction that may be larger than memory only what Kafka has not acknowledged counts, and more of that than a few requests
 * keeps memory and makes nothing faster: two tasks reading one snapshot took 603 MB with 32 MB each, 509 MB with 8, at 148,000 and
 * 142,000 rows/s (ranges overlap).
 */
const LONG_TRANSACTION_BYTES = 8 * 1024 * 1024;

/**
 * Bounds the bytes in flight: at the limit the gate closes, and it opens again when half of it is left. The gap keeps a
 * source from being paused and resumed for every batch.
 */
export class RoomGate {
  readonly #questions: RoomQuestions;
  #waiting: PromiseWithResolvers<undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(questions: RoomQuestions) {
    this.#questions = questions;
  }

  /** Closed until something is committed. */
  get waitsForCommit(): boolean {
    return this.#waiting !== undefined && !this.#questions.isLong();
  }

  /** Undefined: there is room. Otherwise settles when there is room again. */
  room(): Promise<void> | undefined {
    if (this.#bytes >= this.#limit) this.#waiting ??= Promise.withResolvers<undefined>();
    // The room of a long transaction comes with acknowledgements, of which nothing tells.
    if (this.#waiting !== undefined && this.#questions.isLong())
      this.#timer ??= setInterval(() => this.update(), CHECK_MS);
    return this.#waiting?.promise;
  }

  /** Opens the gate if there is room now. */
  update(): void {
    if (this.#bytes <= this.#limit / 2) this.open();
  }

  open(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  get #bytes(): number {
    const { queued, isLong, pending, unacknowledged } = this.#questions;
    return queued() + (isLong() ? unacknowledged() : pending());
  }

  get #limit(): number {
    const { limit, isLong } = this.#questions;
    return isLong() ? Math.min(limit, LONG_TRANSACTION_BYTES) : limit;
  }
}
