import { NULL_FIELD, UNAVAILABLE_FIELD, type RowImage } from '../../row-image.ts';
import { int16, int32 } from '../wire/big-endian.ts';
import { FieldArena } from './field-arena.ts';
import type { RelationPlan } from './relation-plan.ts';

const KEY_TUPLE = 75; // K
const OLD_TUPLE = 79; // O
const TEXT = 116; // t
const BINARY = 98; // b
const NULL = 110; // n
const UNCHANGED = 117; // u

/** Reads the rows of Insert, Update and Delete messages (PostgreSQL 18 manual, 54.9, TupleData) into ranges of their bytes. */
export class TupleReader {
  readonly #arena = new FieldArena();
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  /** The row before, of the update that was read last; null: it was not sent. */
  before: RowImage | null = null;

  /** The message whose rows are read next. */
  open(bytes: Buffer, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
  }

  /** The only row of a message, whose TupleData begins at `at` and ends it. */
  row(at: number, plan: RelationPlan): RowImage {
    const base = this.#arena.reserve(2 * plan.width);
    this.#checkEnd(this.#tuple(at, plan, base));
    return this.#image(base);
  }

  /** The new row of an update whose marker is at `at`; the old one is `before`. */
  updated(at: number, plan: RelationPlan): RowImage {
    const base = this.#arena.reserve(4 * plan.width);
    const oldBase = base + 2 * plan.width;
    const marker = this.#bytes[at];
    const hasOld = marker === KEY_TUPLE || marker === OLD_TUPLE;
    if (!hasOld) this.#arena.release(oldBase);
    const next = hasOld ? this.#tuple(at + 1, plan, oldBase) : at;
    this.#checkEnd(this.#tuple(next + 1, plan, base));
    if (marker === OLD_TUPLE) fillUnavailable(this.#arena.fields, base, plan.width);
    this.before = hasOld ? this.#image(oldBase) : null;
    return this.#image(base);
  }

  /** Whether the row before, whose marker is at `at`, has values in the columns of the replica identity alone. */
  isPartial(at: number): boolean {
    return this.#bytes[at] === KEY_TUPLE;
  }

  #image(at: number): RowImage {
    return { bytes: this.#bytes, fields: this.#arena.fields, at };
  }

  /** Notes the ranges of the TupleData at `start`, captured column i at `fields[base + 2i]`; returns where it ends. */
  #tuple(start: number, plan: RelationPlan, base: number): number {
    const bytes = this.#bytes;
    const fields = this.#arena.fields;
    const { capture } = plan;
    const count = int16(bytes, start);
    if (count !== capture.length)
      throw new RangeError(`a row of ${count} columns for ${plan.schema.table}, which has ${capture.length}`);
    let at = start + 2;
    for (let column = 0; column < count; column += 1) {
      const kind = bytes[at];
      at += 1;
      const captured = capture[column] ?? -1;
      if (kind === TEXT || kind === BINARY) {
        const length = int32(bytes, at);
        at += 4;
        if (captured >= 0) {
          fields[base + 2 * captured] = at;
          fields[base + 2 * captured + 1] = length;
        }
        at += length;
      } else if (captured >= 0) {
        if (kind !== NULL && kind !== UNCHANGED) throw new RangeError(`a value of the unknown kind ${kind ?? -1}`);
        fields[base + 2 * captured] = 0;
        fields[base + 2 * captured + 1] = kind === NULL ? NULL_FIELD : UNAVAILABLE_FIELD;
      }
    }
    return at;
  }

  #checkEnd(at: number): void {
    if (at !== this.#end)
      throw new RangeError(`a message ends at ${this.#end}, what it holds at ${at}: the stream is broken`);
  }
}

/** With replica identity full the old row, behind the new one in `fields`, holds the values that were not sent again. */
function fillUnavailable(fields: Int32Array, base: number, width: number): void {
  const behind = 2 * width;
  for (let at = base; at < base + behind; at += 2) {
    if (fields[at + 1] !== UNAVAILABLE_FIELD) continue;
    fields[at] = fields[at + behind] ?? 0;
    fields[at + 1] = fields[at + behind + 1] ?? UNAVAILABLE_FIELD;
  }
}
