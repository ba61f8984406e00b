import type { ChangeBatch } from '../../change-batch.ts';
import type { RowChange } from '../../change-event.ts';

const EVENT_BYTES = 200;
/** Below this nothing is handed over before the chunk is read: chunks of small tables then share a transaction. */
const PART_BYTES = 256 * 1024;
/** Of tables that are read together. */
const DEFERRED_BYTES = 8 * 1024 * 1024;

interface Unit {
  readonly batch: ChangeBatch;
  /** Told when it is really handed over. */
  readonly onSent?: (() => void) | undefined;
}

/** Hands the rows of chunks over in units, each of which is committed as a whole with the offset that says so, or not at all. */
export class ChunkOutbox {
  readonly #emit: (batch: ChangeBatch) => Promise<void> | undefined;
  #waiting: RowChange[] = [];
  #waitingBytes = 0;
  /** A part of the unit was handed over, and the rest is to follow. */
  #isOpen = false;
  /** What is handed over once the locks are given back; undefined: at once. */
  #deferred: Unit[] | undefined;
  #deferredBytes = 0;

  /** `emit`: a promise means: go on when it settles. */
  constructor(emit: (batch: ChangeBatch) => Promise<void> | undefined) {
    this.#emit = emit;
  }

  /** Rows of the unit, and how many bytes were read for them. A promise: add more when it settles. */
  add(rows: readonly RowChange[], bytes: number): Promise<void> | undefined {
    this.#waiting.push(...rows);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes < PART_BYTES || this.#waiting.length === 0) return undefined;
    this.#isOpen = true;
    return this.#hand({ batch: { ...this.#taken(), offsets: [], continues: true } });
  }

  /** The unit is whole with these rows. */
  close(
    { rows, bytes }: { readonly rows: readonly RowChange[]; readonly bytes: number },
    offset: ChangeBatch['offsets'][number],
    onSent: () => void,
  ): Promise<void> | undefined {
    this.#waiting.push(...rows);
    this.#waitingBytes += bytes;
    this.#isOpen = false;
    return this.#hand({ batch: { ...this.#taken(), offsets: [offset] }, onSent });
  }

  /** What was handed over of a unit that broke off must not be committed with the one that comes in its place. */
  drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#abort();
  }

  /**
   * Whole units that come meanwhile are handed over once the work is done, as long as it is not too much: locks must not wait for
   * Kafka. When the work fails, what waits is dropped.
   */
  async deferring<T>(work: () => Promise<T>): Promise<T> {
    const deferred: Unit[] = [];
    this.#deferred = deferred;
    this.#deferredBytes = 0;
    let result: T;
    try {
      result = await work();
    } finally {
      this.#deferred = undefined;
    }
    for (const unit of deferred) await this.#send(unit);
    return result;
  }

  #hand(unit: Unit): Promise<void> | undefined {
    const deferred = this.#deferred;
    if (deferred === undefined) return this.#send(unit);
    this.#deferredBytes += unit.batch.bytes;
    deferred.push(unit);
    return this.#deferredBytes > DEFERRED_BYTES ? this.#flush(deferred) : undefined;
  }

  /** Small tables that were not small after all. */
  async #flush(deferred: Unit[]): Promise<void> {
    this.#deferredBytes = 0;
    for (const unit of deferred.splice(0)) await this.#send(unit);
  }

  #send({ batch, onSent }: Unit): Promise<void> | undefined {
    const room = this.#emit(batch);
    onSent?.();
    return room;
  }

  #abort(): void {
    // A task that is over cannot hand this over, and need not.
    this.#hand({ batch: { events: [], offsets: [], bytes: 0, transaction: 'abort' } })?.catch(() => undefined);
  }

  #taken(): Pick<ChangeBatch, 'events' | 'bytes'> {
    const events = this.#waiting;
    const bytes = this.#waitingBytes + events.length * EVENT_BYTES;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return { events, bytes };
  }
}
