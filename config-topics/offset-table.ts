import type { FlatObject } from './json-text.ts';
import { decodeOffsetKey, keyBeginsWith } from './offset-codec.ts';

interface Entry {
  readonly partition: FlatObject;
  /** The value as it was written: text keeps every digit and the writer's order. */
  readonly value: string;
}

/** The fold of the offset topic: the newest value per key, keys compared by their bytes as Connect does. */
export class OffsetTable {
  readonly #connectors = new Map<string, Map<string, Entry>>();
  readonly #connectorOf = new Map<string, string>();

  /** False: the key is none of an offset. */
  apply(key: Buffer, value: Buffer | null): boolean {
    const decoded = decodeOffsetKey(key);
    if (decoded === undefined) return false;
    const { connector, partition } = decoded;
    const name = key.toString();
    let offsets = this.#connectors.get(connector);
    if (value === null) {
      offsets?.delete(name);
      this.#connectorOf.delete(name);
      if (offsets?.size === 0) this.#connectors.delete(connector);
      return true;
    }
    if (offsets === undefined) this.#connectors.set(connector, (offsets = new Map<string, Entry>()));
    offsets.set(name, { partition, value: value.toString() });
    this.#connectorOf.set(name, connector);
    return true;
  }

  get(key: string): string | undefined {
    const connector = this.#connectorOf.get(key);
    return connector === undefined ? undefined : this.#connectors.get(connector)?.get(key)?.value;
  }

  /** Keys and values of a connector that begin with a prefix (`offsetKeyPrefix`), oldest first. */
  beginningWith(connector: string, prefix: string): (readonly [string, string])[] {
    return [...(this.#connectors.get(connector) ?? [])].flatMap(([key, { value }]) =>
      keyBeginsWith(key, prefix) ? [[key, value] as const] : [],
    );
  }

  /** All connectors that offsets are stored of, whether they still exist or not. */
  get connectors(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  all(connector: string): readonly Entry[] {
    return [...(this.#connectors.get(connector)?.values() ?? [])];
  }
}
