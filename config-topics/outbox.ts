import { backOff } from '../kafka/back-off.ts';
import type { StoredRecord } from './records/stored-record.ts';

/** Gives the record to write now, or undefined when it has been overtaken. `tries`: failed attempts before this one. */
export type PendingRecord = (tries: number) => StoredRecord | undefined;

export interface OutboxOptions {
  /** Resolves when the records are written, all of them. */
  readonly write: (records: readonly StoredRecord[], signal: AbortSignal) => Promise<void>;
  readonly onFailure: (error: unknown, failures: number) => void;
}

interface Flush {
  /** The sequence number of the newest addition that it waits for. */
  readonly until: number;
  readonly settle: PromiseWithResolvers<undefined>;
}

interface Entry {
  readonly sequence: number;
  readonly pending: PendingRecord;
  readonly tries: number;
}

const BACK_OFF = { baseMs: 100, maxMs: 5000 };

/**
 * Records on their way to a topic: the newest per key, tried until it is written or overtaken. So the memory that an outage of
 * Kafka takes is bounded by the number of keys.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #closing = new AbortController();
  readonly #waiting = new Map<string, Entry>();
  readonly #flushes = new Set<Flush>();
  #sequence = 0;
  #running: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  add(key: string, pending: PendingRecord): void {
    if (this.#closing.signal.aborted) return;
    this.#sequence += 1;
    // Taken out first, so that the order of the map is the order of the newest additions.
    this.#waiting.delete(key);
    this.#waiting.set(key, { sequence: this.#sequence, pending, tries: 0 });
    this.#running ??= this.#run();
  }

  /** Resolves once everything that was added before is written or overtaken. */
  async flush(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running === undefined) return;
    const flush: Flush = { until: this.#sequence, settle: Promise.withResolvers() };
    const onAbort = (): void => flush.settle.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#flushes.add(flush);
    try {
      await flush.settle.promise;
    } finally {
      this.#flushes.delete(flush);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** What is not written by now is not written. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The outbox was closed', 'AbortError'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    await Promise.resolve(); // what is added in the same turn of the event loop goes together
    for (let failures = 0; this.#waiting.size > 0 && !signal.aborted;) {
      const taken = new Map(this.#waiting);
      this.#waiting.clear();
      const records = [...taken.values()]
        .map(({ pending, tries }) => pending(tries))
        .filter((one) => one !== undefined);
      try {
        if (records.length > 0) await this.#options.write(records, signal);
        failures = 0;
        this.#settle();
      } catch (error) {
        this.#putBack(taken);
        failures += 1;
        this.#options.onFailure(error, failures);
        await backOff(failures, BACK_OFF, signal).catch(() => undefined); // closed: the loop looks at the signal
      }
    }
    this.#running = undefined;
    if (signal.aborted) for (const { settle } of this.#flushes) settle.reject(signal.reason);
  }

  #putBack(taken: ReadonlyMap<string, Entry>): void {
    const newer = new Map(this.#waiting);
    this.#waiting.clear();
    for (const [key, entry] of taken) if (!newer.has(key)) this.#waiting.set(key, { ...entry, tries: entry.tries + 1 });
    for (const [key, entry] of newer) this.#waiting.set(key, entry);
  }

  /** Everything that is not waiting any more has been written or overtaken. */
  #settle(): void {
    const first = Math.min(...[...this.#waiting.values()].map(({ sequence }) => sequence));
    for (const { until, settle } of this.#flushes) if (until < first) settle.resolve(undefined);
  }
}
