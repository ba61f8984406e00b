import { rangeOf, type ByteRange } from '../byte-range.ts';
import type { ByteWriter } from '../byte-writer.ts';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const DOT = 0x2e;
const UPPER_E = 0x45;

/** Below these powers of ten doubles and floats are subnormal and a single digit is not always the nearest two. */
const SUBNORMAL_EXPONENT = { float32: -38, float64: -307 } as const;

/**
 * Rewrites the shortest text of a floating-point number as PostgreSQL prints it (`1e+22`, `100`, `-0.00012`) into the form
 * of Java's Double.toString and Float.toString: plain from 10^-3 up to 10^7, else one digit, a point and an exponent,
 * and always a digit behind the point. NaN and infinities become strings, as Jackson quotes them.
 */
export function writeJavaNumber(out: ByteWriter, range: ByteRange, width: 'float32' | 'float64'): void {
  const { bytes, start, end } = range;
  const whole = plainDigits(range);
  if (whole > 0) {
    out.range(bytes, start, end);
    if (whole === end - start) out.text('.0');
    return;
  }
  const digits: number[] = [];
  let i = start;
  const negative = bytes[i] === MINUS;
  if (negative) i++;
  // The value is 0.d1d2d3… × 10^exponent, without leading zeros.
  let exponent = 0;
  let pointSeen = false;
  for (; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === DOT) pointSeen = true;
    else if (byte < ZERO || byte > NINE) break;
    else if (byte !== ZERO || digits.length > 0) {
      digits.push(byte);
      if (!pointSeen) exponent++;
    } else if (pointSeen) exponent--;
  }
  if (i < end) {
    const rest = bytes.toString('latin1', i, end);
    if (!/^[eE][+-]?\d+$/.test(rest)) {
      out.text(`"${bytes.toString('latin1', start, end)}"`); // NaN, Infinity, -Infinity
      return;
    }
    exponent += Number(rest.slice(1));
  }
  while (digits.at(-1) === ZERO) digits.pop();
  if (digits.length === 1 && exponent - 1 < SUBNORMAL_EXPONENT[width]) {
    writeTwoDigits(out, bytes.toString('latin1', start, end), width);
    return;
  }
  if (negative) out.byte(MINUS);
  writeDigits(out, digits, digits.length === 0 ? 1 : exponent);
}

/**
 * The usual case, a number that stays as it is but for a missing `.0`: 1 to 7 digits before the point, at least 0.001. The
 * length of sign and digits before the point, or 0 for any other number.
 */
function plainDigits({ bytes, start, end }: ByteRange): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let i = first;
  while (i < end && isDigit(bytes[i])) i++;
  const whole = i - first;
  if (whole === 0 || whole > 7) return 0;
  const isSmall = bytes[first] === ZERO;
  if (i === end) return isSmall && start !== first ? 0 : i - start;
  if (bytes[i] !== DOT) return 0;
  if (isSmall && bytes[i + 1] === ZERO && bytes[i + 2] === ZERO && (i + 3 >= end || bytes[i + 3] === ZERO)) return 0;
  const length = i - start;
  if (bytes[end - 1] === ZERO && end > i + 2) return 0;
  for (i++; i < end; i++) if (!isDigit(bytes[i])) return 0;
  return length;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function writeDigits(out: ByteWriter, digits: readonly number[], exponent: number): void {
  const digit = (index: number): void => out.byte(digits[index] ?? ZERO);
  const from = (index: number): void => {
    if (index >= digits.length) out.byte(ZERO);
    for (let i = index; i < digits.length; i++) digit(i);
  };
  if (exponent > 7 || exponent < -2) {
    digit(0);
    out.byte(DOT);
    from(1);
    out.byte(UPPER_E);
    out.text(String(exponent - 1));
  } else if (exponent <= 0) {
    out.text(`0.${'0'.repeat(-exponent)}`);
    from(0);
  } else {
    for (let i = 0; i < exponent; i++) digit(i);
    out.byte(DOT);
    from(exponent);
  }
}

/** Java prints two digits at least, and of those the nearest: 4.9E-324 for the smallest double, not 5.0E-324. */
function writeTwoDigits(out: ByteWriter, text: string, width: 'float32' | 'float64'): void {
  const value = width === 'float32' ? Math.fround(Number(text)) : Number(text);
  out.text(value.toPrecision(2).replace('e', 'E'));
}

/** A double in Java's form. */
export function javaNumber(out: ByteWriter, value: number): void {
  writeJavaNumber(out, rangeOf(Object.is(value, -0) ? '-0' : String(value)), 'float64');
}
