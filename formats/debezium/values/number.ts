import { writeJavaNumber } from '../../json/java-number.ts';
import { rangeOf } from '../../byte-range.ts';
import { ByteWriter } from '../../byte-writer.ts';
import type { ValueType } from './value-type.ts';

const TRUE = Buffer.from('true', 'latin1');
const FALSE = Buffer.from('false', 'latin1');
const LETTER_T = 0x74;
const LETTER_I = 0x49;
const LETTER_N = 0x4e;
const MINUS = 0x2d;

export function booleanType(): ValueType {
  return {
    schema: { type: 'boolean' },
    encode: (out, { bytes, start }) => out.constant(bytes[start] === LETTER_T ? TRUE : FALSE),
    standIn: 'false',
    unavailable: null,
  };
}

/** Decimal digits are the same in JSON. */
export function integerType(type: 'int16' | 'int32' | 'int64'): ValueType {
  return {
    schema: { type },
    encode: (out, { bytes, start, end }) => out.range(bytes, start, end),
    standIn: '0',
    unavailable: null,
    numbers: 'integer',
  };
}

export function floatType(width: 'float32' | 'float64'): ValueType {
  return {
    schema: { type: width === 'float32' ? 'float' : 'double' },
    encode: (out, value) => writeJavaNumber(out, value, width),
    standIn: '0.0',
    unavailable: null,
    numbers: 'float',
    encodeInHeader: (out, value) => {
      const first = value.bytes[value.start];
      const second = value.bytes[value.start + 1];
      if (first === LETTER_N || first === LETTER_I || (first === MINUS && second === LETTER_I))
        out.range(value.bytes, value.start, value.end);
      else writeJavaNumber(out, value, width);
    },
  };
}

/** The bytes of the placeholder as numbers, signed as Java's bytes are, separated by commas. */
export function placeholderNumbers(placeholder: Buffer, kind: 'integer' | 'float'): string {
  return Array.from(new Int8Array(placeholder), (byte) => (kind === 'integer' ? String(byte) : `${byte}.0`)).join(',');
}

/** A number as Java prints it, for what is prepared once. */
export function javaNumberText(text: string): string {
  const out = new ByteWriter(64);
  writeJavaNumber(out, rangeOf(text), 'float64');
  return out.bytes.toString('latin1', 0, out.at);
}
