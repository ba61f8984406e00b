import type { FlatObject } from './json-text.ts';
import { decodeOffsetKey, keyBeginsWith } from './offset-codec.ts';

interface Entry {
  readonly partition: FlatObject;
  /** The value as it was written: text keeps every digit and the writer's order. */
  readonly value: string;
}

/**
 * The fold of the offset topic: the newest value per key, keys compared by their bytes as Connect does. As text alone: a snapshot
 * stores an offset for every chunk that it reads, of very many tables.
 */
export class OffsetTable {
  readonly #connectors = new Map<string, Map<string, string>>();

  /** False: the key is none of an offset. */
  apply(key: Buffer, value: Buffer | null): boolean {
    const connector = decodeOffsetKey(key)?.connector;
    if (connector === undefined) return false;
    let offsets = this.#connectors.get(connector);
    if (value === null) {
      offsets?.delete(key.toString());
      if (offsets?.size === 0) this.#connectors.delete(connector);
      return true;
    }
    if (offsets === undefined) this.#connectors.set(connector, (offsets = new Map<string, string>()));
    offsets.set(key.toString(), value.toString());
    return true;
  }

  get(key: string): string | undefined {
    const connector = decodeOffsetKey(Buffer.from(key))?.connector;
    return connector === undefined ? undefined : this.#connectors.get(connector)?.get(key);
  }

  /** Keys and values of a connector that begin with a prefix (`offsetKeyPrefix`), oldest first. */
  beginningWith(connector: string, prefix: string): (readonly [string, string])[] {
    return [...(this.#connectors.get(connector) ?? [])].filter(([key]) => keyBeginsWith(key, prefix));
  }

  /** All connectors that offsets are stored of, whether they still exist or not. */
  get connectors(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  /** Oldest first. */
  all(connector: string): readonly Entry[] {
    return [...(this.#connectors.get(connector) ?? [])].flatMap(([key, value]) => {
      const partition = decodeOffsetKey(Buffer.from(key))?.partition;
      return partition === undefined ? [] : [{ partition, value }];
    });
  }
}
