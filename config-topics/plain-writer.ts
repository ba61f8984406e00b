import type { Cluster } from '../kafka/cluster.ts';
import type { Sender } from '../kafka/sender/sender.ts';
import type { StoredRecord } from './records/stored-record.ts';
import { openStoreSender, writeRecords } from './store-sender.ts';
import { Turns } from './turns.ts';

export interface PlainWriterOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  /** The group of this worker. */
  readonly groupId: string;
}

/** Idempotent writes to one topic, in order; a sender that failed is replaced at the next write. */
export class PlainWriter {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #groupId: string;
  readonly #closing = new AbortController();
  readonly #turns = new Turns();
  #sender: Sender | undefined;

  constructor({ cluster, topic, groupId }: PlainWriterOptions) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#groupId = groupId;
  }

  /** Resolves when the records are in the topic. When it rejects, they may be there or not. */
  write(records: readonly StoredRecord[], outer: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([outer, this.#closing.signal]);
    return this.#turns.take(async () => {
      signal.throwIfAborted();
      this.#sender ??= await openStoreSender({ cluster: this.#cluster }, signal);
      try {
        await writeRecords(this.#sender, { topic: this.#topic, records, groupId: this.#groupId }, signal);
      } catch (error) {
        await this.#discard();
        throw error;
      }
    });
  }

  /** Ends a write under way too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#discard();
    await this.#turns.take(() => this.#discard());
  }

  async #discard(): Promise<void> {
    const sender = this.#sender;
    this.#sender = undefined;
    await sender?.close();
  }
}
