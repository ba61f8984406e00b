import { encodeOffsetKey, offsetKeyPrefix } from '../../config-topics/offset-codec.ts';
import type { OffsetStore, OnOffset } from '../../config-topics/offset-store.ts';
import type { SourcePartition } from '../../connectors/change-batch.ts';
import type { TaskContext } from '../../connectors/source-connector.ts';
import type { OwnOffsetStore } from '../offsets/own-offset-store.ts';
import type { TaskLinks } from './task-links.ts';

export interface TaskOffsetsParts {
  readonly connector: string;
  readonly links: Pick<TaskLinks, 'readOffset' | 'watchOffsets'>;
  /** The connector's own offsets topic; undefined: it has none. */
  readonly own: (() => OwnOffsetStore) | undefined;
}

const READ_MS = 30_000;

/** The stored offsets that a task may read: those of its connector's own topic first, then those of the worker's. */
export class TaskOffsets {
  readonly #parts: TaskOffsetsParts;
  #own: OwnOffsetStore | undefined;
  #opened: Promise<OffsetStore> | undefined;

  constructor(parts: TaskOffsetsParts) {
    this.#parts = parts;
  }

  /** Text of the newest committed offset; null: there is none. */
  async read(partition: SourcePartition, signal: AbortSignal): Promise<string | null> {
    const { connector, links, own } = this.#parts;
    const key = encodeOffsetKey(connector, partition).toString('utf8');
    const found = own === undefined ? undefined : await this.#readOwn(own, key, signal);
    return found ?? (await links.readOffset(key, signal));
  }

  /**
   * Tells every offset whose partition begins like this, then each change, while the task lives; settles when all of now were
   * told. Of a connector with a topic of its own: those there alone.
   */
  async watch(
    { members, next }: Parameters<TaskContext['watchOffsets']>[0],
    onOffset: OnOffset,
    signal: AbortSignal,
  ): Promise<void> {
    const { connector, links, own } = this.#parts;
    const prefix = offsetKeyPrefix(connector, members, next);
    if (own === undefined) {
      await links.watchOffsets(prefix, onOffset, signal);
      return;
    }
    const store = await this.#openOwn(own, AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]));
    store.watch(connector, prefix, onOffset);
  }

  async close(): Promise<void> {
    await this.#own?.close();
  }

  async #readOwn(own: () => OwnOffsetStore, key: string, signal: AbortSignal): Promise<string | undefined> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
    return (await this.#openOwn(own, deadline)).get(key);
  }

  /** Read to its end. */
  async #openOwn(own: () => OwnOffsetStore, deadline: AbortSignal): Promise<OffsetStore> {
    this.#own ??= own();
    this.#opened ??= this.#own.open(deadline);
    const store = await this.#opened;
    await store.readToEnd(deadline);
    return store;
  }
}
