import type { TopicSender } from '../../kafka/sender/sender.ts';
import type { OffsetRecord, RecordOutput } from './record-output.ts';

/** An offset record as text, for the worker's channel. */
export interface OffsetCopy {
  readonly key: string;
  readonly value: string | null;
}

export interface CopiedOffsetsParts {
  readonly output: RecordOutput<TopicSender>;
  /** Passes copies on; settles when the worker's topic has them. */
  readonly copy: (records: readonly OffsetCopy[]) => Promise<void>;
  readonly warn: (error: unknown) => void;
}

/** The copies are of use when somebody takes the own topic away; so often is enough. */
const COPY_EVERY_MS = 1000;

/**
 * The output of a connector with an offsets topic of its own: what that topic has got is copied to the worker's, later and as well
 * as that goes. An offset that is forgotten goes the other way round: from the worker's topic first, so that a failure in between
 * does not bring the old value back (KIP-618).
 */
export class CopiedOffsets implements RecordOutput<TopicSender> {
  readonly #parts: CopiedOffsetsParts;
  readonly #waiting = new Map<string, string | null>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: CopiedOffsetsParts) {
    this.#parts = parts;
  }

  get pendingBytes(): number {
    return this.#parts.output.pendingBytes;
  }

  get unacknowledgedBytes(): number {
    return this.#parts.output.unacknowledgedBytes;
  }

  async commit(offsets: readonly OffsetRecord<TopicSender>[]): Promise<void> {
    await this.#parts.output.commit(offsets, this.#forgetFirst(offsets));
    this.#copyLater(offsets);
  }

  async abort(offsets: readonly OffsetRecord<TopicSender>[]): Promise<void> {
    await this.#parts.output.abort(offsets, this.#forgetFirst(offsets));
    this.#copyLater(offsets);
  }

  /** Copies what still waits; settles when the worker's topic has it, or could not get it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const records = [...this.#waiting].map(([key, value]) => ({ key, value }));
    this.#waiting.clear();
    if (records.length === 0) return;
    try {
      await this.#parts.copy(records);
    } catch (error) {
      this.#parts.warn(error);
    }
  }

  /** The run is over: what was not copied by now is not copied by it. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #forgetFirst(offsets: readonly OffsetRecord<TopicSender>[]): (() => Promise<void>) | undefined {
    const gone = offsets.filter(({ value }) => value === null).map(({ key }) => ({ key: key.toString(), value: null }));
    if (gone.length === 0) return undefined;
    for (const { key } of gone) this.#waiting.delete(key);
    return () => this.#parts.copy(gone);
  }

  #copyLater(offsets: readonly OffsetRecord<TopicSender>[]): void {
    for (const { key, value } of offsets) if (value !== null) this.#waiting.set(key.toString(), value.toString());
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => void this.flush(), COPY_EVERY_MS);
  }
}
