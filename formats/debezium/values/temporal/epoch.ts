import type { ByteWriter } from '../../../byte-writer.ts';
import { MICROS_PER_DAY } from './temporal-text.ts';

const MINUS = 0x2d;
/** Days whose microseconds since 1970 are below 2^53: up to the year 2255. */
const EXACT_DAYS = 104_248;
const MAX_INT64 = 2n ** 63n - 1n;

/** Milliseconds since 1970-01-01, rounded down; beyond 2^53 from the year 287396 on. */
export function writeEpochMillis(out: ByteWriter, days: number, micros: number): void {
  const millis = days * 86_400_000 + Math.floor(micros / 1000);
  if (millis <= Number.MAX_SAFE_INTEGER) writeInteger(out, millis);
  else writeParts(out, days * 86_400 + Math.floor(micros / 1e6), Math.floor((micros % 1e6) / 1000), 3);
}

/** Microseconds since 1970-01-01. */
export function writeEpochMicros(out: ByteWriter, days: number, micros: number): void {
  if (days >= 0 && days < EXACT_DAYS) out.unsigned(days * MICROS_PER_DAY + micros);
  else writeParts(out, days * 86_400 + Math.floor(micros / 1e6), micros % 1e6, 6);
}

/** Nanoseconds since 1970-01-01; years outside of 1677 to 2262 give the nearest number of 64 bits. */
export function writeEpochNanos(out: ByteWriter, days: number, micros: number): void {
  const seconds = days * 86_400 + Math.floor(micros / 1e6);
  if (Math.abs(seconds) < 9.2e9) {
    writeParts(out, seconds, (micros % 1e6) * 1000, 9);
    return;
  }
  const nanos = BigInt(seconds) * 1_000_000_000n + BigInt(micros % 1e6) * 1000n;
  out.text(String(nanos > MAX_INT64 ? MAX_INT64 : nanos < -MAX_INT64 - 1n ? -MAX_INT64 - 1n : nanos));
}

/** An integer within ±2^53. */
export function writeInteger(out: ByteWriter, value: number): void {
  if (value < 0) {
    out.byte(MINUS);
    out.unsigned(-value);
  } else out.unsigned(value);
}

/** `seconds` + `fraction` / 10^`digits`, times 10^`digits`, by joining digits: the number itself may exceed 2^53. */
function writeParts(out: ByteWriter, seconds: number, fraction: number, digits: number): void {
  let whole = seconds;
  let part = fraction;
  if (whole < 0) {
    if (part > 0) {
      whole += 1;
      part = 10 ** digits - part;
    }
    out.byte(MINUS);
    whole = -whole;
  }
  if (whole === 0) {
    out.unsigned(part);
  } else {
    out.unsigned(whole);
    out.padded(part, digits);
  }
}
