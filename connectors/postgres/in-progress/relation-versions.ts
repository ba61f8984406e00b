import { uint32 } from '../wire/big-endian.ts';

interface Version {
  /** Place among all Relation messages of the session, as they arrived. */
  readonly arrival: number;
  readonly message: Buffer;
}

/**
 * Knows which Relation message of a table is the newest. The server takes a table for described once it has described it outside of
 * streamed blocks, or inside those of a transaction that has committed. One that is read back from the spool may be older than one
 * that has come meanwhile: it counts for the changes behind it in its transaction only.
 */
export class RelationVersions {
  readonly #newest = new Map<number, Version>();
  readonly #outdated = new Set<number>();
  #arrivals = 0;

  /** Numbers a message that has just arrived. */
  arrive(): number {
    this.#arrivals += 1;
    return this.#arrivals;
  }

  /** The message (type byte at `start`) is given to the reader; the bytes are copied. */
  apply(bytes: Buffer, start: number, end: number, arrival: number): void {
    const oid = uint32(bytes, start + 1);
    const newest = this.#newest.get(oid);
    if (newest !== undefined && newest.arrival > arrival) {
      this.#outdated.add(oid);
      return;
    }
    this.#newest.set(oid, { arrival, message: Buffer.from(bytes.subarray(start, end)) });
    this.#outdated.delete(oid);
  }

  /** The newest messages of tables that the reader holds older ones of: to be given to it at the end of a transaction. */
  takeOutdated(): Buffer[] {
    const messages = [...this.#outdated].flatMap((oid) => this.#newest.get(oid)?.message ?? []);
    this.#outdated.clear();
    return messages;
  }
}
