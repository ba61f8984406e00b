import { int16, int32, uint32 } from '../wire/big-endian.ts';

/** A column as a Relation message describes it. */
export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typmod: number;
  /** Part of the replica identity; with identity `f` every column is. */
  readonly identity: boolean;
}

/** Relation message (PostgreSQL 18 manual, 54.9): the table as it was at this place of the log. */
export interface RelationMessage {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** pg_class.relreplident: d default, n nothing, f full, i index. */
  readonly identity: string;
  readonly columns: readonly RelationColumn[];
}

/** Type message: the name of a user-defined type; for a domain its own oid with the name of its base type. */
export interface TypeMessage {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

/** Reads fields one after the other; text ends with a zero byte. */
class Fields {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  int16(): number {
    this.#at += 2;
    return int16(this.#bytes, this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return int32(this.#bytes, this.#at - 4);
  }

  uint32(): number {
    this.#at += 4;
    return uint32(this.#bytes, this.#at - 4);
  }

  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const value = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return value;
  }
}

/** `at`: behind the type byte. */
export function readRelation(bytes: Buffer, at: number): RelationMessage {
  const fields = new Fields(bytes, at);
  const oid = fields.uint32();
  const schema = fields.text();
  const table = fields.text();
  const identity = String.fromCharCode(fields.byte());
  const columns = Array.from({ length: fields.int16() }, () => {
    const flags = fields.byte();
    return { name: fields.text(), typeOid: fields.uint32(), typmod: fields.int32(), identity: (flags & 1) === 1 };
  });
  // An empty namespace stands for pg_catalog.
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, table, identity, columns };
}

/** `at`: behind the type byte. */
export function readType(bytes: Buffer, at: number): TypeMessage {
  const fields = new Fields(bytes, at);
  const oid = fields.uint32();
  const schema = fields.text();
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, name: fields.text() };
}
