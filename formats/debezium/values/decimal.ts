import { textOf, type ByteRange } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { jsonString } from '../../json/json-text.ts';
import { javaNumber } from '../../json/java-number.ts';
import type { ConnectSchema } from '../connect-schema.ts';
import { javaText, parseDecimal, plainText, stripped, withScale, type DecimalNumber } from './decimal-number.ts';
import { javaNumberText } from './number.ts';
import { twosComplement } from '../../java/twos-complement.ts';
import { writeUnscaled, writeUnscaledBig } from './unscaled.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from './value-type.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const DOT = 0x2e;
const QUOTE = 0x22;
/** So many digits are exact in a double. */
const EXACT_DIGITS = 15;
/** Up to this scale BigDecimal.toString never needs an exponent. */
const PLAIN_SCALE = 6;
const SCALE_KEY = Buffer.from('{"scale":', 'latin1');
const VALUE_KEY = Buffer.from(',"value":', 'latin1');
const BRACE = 0x7d;

type DecimalSettings = Pick<ValueSettings, 'decimalHandling' | 'decimalFormat' | 'placeholder'>;

/** numeric(precision, scale), or without both: any number of digits. */
export function decimalType(precision: number | null, scale: number | null, settings: DecimalSettings): ValueType {
  if (settings.decimalHandling === 'double') return doubleType();
  if (settings.decimalHandling === 'string')
    return stringType(precision === null ? null : Math.max(scale ?? 0, 0), settings);
  if (precision === null) return variableType(settings);
  // A negative scale (PostgreSQL 15) means digits before the point that are always zero: Connect gets them as digits.
  const digits = Math.max(scale ?? 0, 0);
  const wholePrecision = precision - Math.min(scale ?? 0, 0);
  return fixedType(digits, settings, { 'connect.decimal.precision': String(wholePrecision) });
}

/** Connect's Decimal of a fixed scale. */
export function fixedType(
  scale: number,
  settings: Pick<ValueSettings, 'decimalFormat' | 'placeholder'>,
  parameters: Readonly<Record<string, string>> = {},
): ValueType {
  const numeric = settings.decimalFormat === 'NUMERIC';
  const zero: DecimalNumber = { unscaled: 0n, scale };
  const placeholder = BigInt(`0x0${settings.placeholder.toString('hex')}`);
  return {
    schema: {
      type: 'bytes',
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: String(scale), ...parameters },
    },
    encode: numeric ? numericEncoder(scale) : base64Encoder(scale),
    standIn: numeric ? javaText(zero) : '"AA=="',
    unavailable: numeric
      ? javaText({ unscaled: placeholder, scale })
      : `"${twosComplement(placeholder).toString('base64')}"`,
    encodeInHeader: numericEncoder(scale),
  };
}

function base64Encoder(scale: number) {
  return (out: ByteWriter, value: ByteRange): void => {
    const { bytes, end } = value;
    let i = value.start;
    const negative = bytes[i] === MINUS;
    if (negative) i++;
    if (end - i <= EXACT_DIGITS + 1) {
      let magnitude = 0;
      let fractionAt = end;
      for (; i < end; i++) {
        const digit = (bytes[i] ?? 0) - ZERO;
        if (digit >= 0 && digit <= 9) magnitude = magnitude * 10 + digit;
        else if (bytes[i] === DOT) fractionAt = i + 1;
        else break;
      }
      if (i === end && end - fractionAt === scale && magnitude <= Number.MAX_SAFE_INTEGER) {
        writeUnscaled(out, magnitude, negative && magnitude > 0);
        return;
      }
    }
    writeUnscaledBig(out, withScale(exactNumber(value), scale).unscaled);
  };
}

/** The number itself. PostgreSQL prints the declared scale in full, so up to scale 6 its text is Java's. */
function numericEncoder(scale: number) {
  return (out: ByteWriter, value: ByteRange): void => {
    if (scale <= PLAIN_SCALE && fractionDigits(value) === scale) out.range(value.bytes, value.start, value.end);
    else out.text(javaText(withScale(exactNumber(value), scale)));
  };
}

function variableType({ placeholder }: DecimalSettings): ValueType {
  const schema: ConnectSchema = {
    type: 'struct',
    fields: [
      { name: 'scale', schema: { type: 'int32' } },
      { name: 'value', schema: { type: 'bytes' } },
    ],
    name: 'io.debezium.data.VariableScaleDecimal',
    version: 1,
    doc: 'Variable scaled decimal',
  };
  return {
    schema,
    encode: encodeVariable,
    standIn: '{"scale":0,"value":"AA=="}',
    unavailable: `{"scale":0,"value":"${placeholder.toString('base64')}"}`,
  };
}

function encodeVariable(out: ByteWriter, value: ByteRange): void {
  const { bytes, start } = value;
  let { end } = value;
  const negative = bytes[start] === MINUS;
  let i = negative ? start + 1 : start;
  if (end - i <= EXACT_DIGITS + 1) {
    let scale = fractionDigits(value);
    for (; scale > 0 && bytes[end - 1] === ZERO; scale--) end--;
    let magnitude = 0;
    for (; i < end; i++) {
      const digit = (bytes[i] ?? 0) - ZERO;
      if (digit >= 0 && digit <= 9) magnitude = magnitude * 10 + digit;
      else if (bytes[i] !== DOT) break;
    }
    if (i === end && magnitude <= Number.MAX_SAFE_INTEGER) {
      out.constant(SCALE_KEY);
      out.unsigned(scale);
      out.constant(VALUE_KEY);
      writeUnscaled(out, magnitude, negative && magnitude > 0);
      out.byte(BRACE);
      return;
    }
  }
  const exact = stripped(exactNumber(value));
  out.constant(SCALE_KEY);
  out.unsigned(exact.scale);
  out.constant(VALUE_KEY);
  writeUnscaledBig(out, exact.unscaled);
  out.byte(BRACE);
}

/** Digits behind the point; -1: no plain number. */
function fractionDigits({ bytes, start, end }: ByteRange): number {
  let digits = 0;
  for (let i = end - 1; i >= start; i--) {
    const byte = bytes[i] ?? 0;
    if (byte >= ZERO && byte <= ZERO + 9) digits++;
    else if (byte === DOT) return end - 1 - i;
    else if (byte !== MINUS || i !== start) return -1;
  }
  return digits === 0 ? -1 : 0;
}

function exactNumber(value: ByteRange): DecimalNumber {
  const text = textOf(value);
  const number = parseDecimal(text);
  if (number === undefined)
    throw new UnrepresentableValue(
      `${text} has no form with decimal.handling.mode=precise; decimal.handling.mode=string or double has one`,
    );
  return number;
}

function doubleType(): ValueType {
  return {
    schema: { type: 'double' },
    encode: (out, value) => {
      const text = textOf(value);
      if (text.endsWith('y') || text === 'NaN') out.text(`"${text}"`);
      else javaNumber(out, Number(text));
    },
    standIn: '0.0',
    unavailable: null,
    numbers: 'float',
    encodeInHeader: (out, value) => out.text(javaNumberText(String(Number(textOf(value)))).replaceAll('"', '')),
  };
}

/** Names of the values that are no numbers, as Debezium spells them. */
const specialNames: Readonly<Record<string, string>> = {
  NaN: '"NAN"',
  Infinity: '"POSITIVE_INFINITY"',
  '-Infinity': '"NEGATIVE_INFINITY"',
};

function stringType(scale: number | null, { placeholder }: DecimalSettings): ValueType {
  return {
    schema: { type: 'string' },
    encode: (out, value) => {
      const fraction = fractionDigits(value);
      if (fraction >= 0 && (scale === null || scale === fraction)) {
        out.byte(QUOTE);
        out.range(value.bytes, value.start, value.end);
        out.byte(QUOTE);
        return;
      }
      const text = textOf(value);
      const number = parseDecimal(text);
      if (number === undefined) out.text(specialNames[text] ?? jsonString(text));
      else out.text(`"${plainText(scale === null ? number : withScale(number, scale))}"`);
    },
    standIn: `"${plainText({ unscaled: 0n, scale: scale ?? 0 })}"`,
    unavailable: jsonString(placeholder.toString('utf8')),
  };
}
