import type { ByteRange } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { placeholderNumbers } from './number.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from './value-type.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const JSON_OPEN = 0x5b;
const JSON_CLOSE = 0x5d;
const NULL = Buffer.from('null', 'latin1');
const SQL_NULL = Buffer.from('NULL', 'latin1');

/** An array of any number of dimensions; the schema is that of one dimension, since PostgreSQL declares none. */
export function arrayType(element: ValueType, { placeholder }: Pick<ValueSettings, 'placeholder'>): ValueType {
  const { schema, optionalElements = true, numbers } = element;
  const encodeInHeader = element.encodeInHeader;
  return {
    schema: { type: 'array', items: optionalElements ? { ...schema, optional: true } : schema },
    encode: (out, value) => new ArrayLiteral(value).write(out, element.encode),
    standIn: '[]',
    unavailable:
      numbers === undefined
        ? element.unavailable === null
          ? null
          : `[${element.unavailable}]`
        : `[${placeholderNumbers(placeholder, numbers)}]`,
    ...(encodeInHeader && {
      encodeInHeader: (out: ByteWriter, value: ByteRange) => new ArrayLiteral(value).write(out, encodeInHeader),
    }),
  };
}

/** One pass over an array literal, `[2:3]={{a,"b \"c\""},{NULL,d}}` (PostgreSQL 18 manual, 8.15.6), written as JSON. */
class ArrayLiteral {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  #at: number;

  constructor({ bytes, start, end }: ByteRange) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start;
  }

  write(out: ByteWriter, encode: ValueType['encode']): void {
    if (this.#bytes[this.#at] === JSON_OPEN) {
      while (this.#at < this.#end && this.#bytes[this.#at] !== EQUALS) this.#at++;
      this.#at++;
    }
    this.#list(out, encode);
    if (this.#at !== this.#end) throw this.#malformed();
  }

  #list(out: ByteWriter, encode: ValueType['encode']): void {
    if (this.#bytes[this.#at] !== OPEN) throw this.#malformed();
    this.#at++;
    out.byte(JSON_OPEN);
    if (this.#bytes[this.#at] === CLOSE) this.#at++;
    else
      for (;;) {
        if (this.#bytes[this.#at] === OPEN) this.#list(out, encode);
        else this.#element(out, encode);
        const next = this.#at < this.#end ? this.#bytes[this.#at++] : undefined;
        if (next === CLOSE) break;
        if (next !== COMMA) throw this.#malformed();
        out.byte(COMMA);
      }
    out.byte(JSON_CLOSE);
  }

  #element(out: ByteWriter, encode: ValueType['encode']): void {
    const bytes = this.#bytes;
    const isQuoted = bytes[this.#at] === QUOTE;
    const start = isQuoted ? ++this.#at : this.#at;
    let escapes = 0;
    for (; this.#at < this.#end; this.#at++) {
      const byte = bytes[this.#at];
      if (byte === BACKSLASH) {
        escapes++;
        this.#at++;
      } else if (isQuoted ? byte === QUOTE : byte === COMMA || byte === CLOSE) break;
    }
    const end = this.#at;
    if (isQuoted) this.#at++;
    if (!isQuoted && end - start === 4 && SQL_NULL.compare(bytes, start, end) === 0) out.constant(NULL);
    else if (escapes === 0) encode(out, { bytes, start, end });
    else encode(out, withoutBackslashes({ bytes, start, end }));
  }

  #malformed(): UnrepresentableValue {
    return new UnrepresentableValue(`malformed array literal at byte ${this.#at - this.#start + 1}`);
  }
}

function withoutBackslashes({ bytes, start, end }: ByteRange): ByteRange {
  const text = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    if (bytes[i] === BACKSLASH) i++;
    text[length++] = bytes[i] ?? 0;
  }
  return { bytes: text, start: 0, end: length };
}
