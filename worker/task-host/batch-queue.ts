import type { ChangeBatch } from '../../connectors/change-batch.ts';

/** A batch on its way, with how many of its events are encoded already. */
export interface QueuedBatch {
  readonly batch: ChangeBatch;
  readonly acknowledged: PromiseWithResolvers<undefined>;
  encoded: number;
  /** How the transaction ends that this batch is the last of; undefined: it goes on. */
  end: 'commit' | 'abort' | undefined;
}

/** Batches that wait to be encoded, first in, first out, with their size in bytes. */
export class BatchQueue {
  #items: QueuedBatch[] = [];
  #bytes = 0;

  get length(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(item: Omit<QueuedBatch, 'encoded'>): void {
    this.#items.push({ ...item, encoded: 0 });
    this.#bytes += item.batch.bytes;
  }

  first(): QueuedBatch | undefined {
    return this.#items[0];
  }

  last(): QueuedBatch | undefined {
    return this.#items.at(-1);
  }

  shift(): void {
    const item = this.#items.shift();
    if (item !== undefined) this.#bytes -= item.batch.bytes;
  }

  /** Takes everything out. */
  drain(): QueuedBatch[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    return items;
  }
}
