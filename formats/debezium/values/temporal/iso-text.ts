import type { ByteWriter } from '../../../byte-writer.ts';
import { dateOfDays } from './calendar.ts';

const MINUS = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const DOT = 0x2e;
const ZERO = 0x30;

/** `YYYY-MM-DD` as java.time prints it: `-0043-03-15` for 44 BC, `+10000-01-01` beyond 9999. */
export function writeIsoDate(out: ByteWriter, days: number): void {
  const { year, month, day } = dateOfDays(days);
  if (year < 0) out.byte(MINUS);
  const magnitude = Math.abs(year);
  if (magnitude <= 9999) {
    out.padded(magnitude, 4);
  } else {
    if (year > 0) out.byte(PLUS);
    out.unsigned(magnitude);
  }
  out.byte(MINUS);
  out.padded(month, 2);
  out.byte(MINUS);
  out.padded(day, 2);
}

/**
 * `HH:MM:SS` and the fraction: exactly `width` digits, or, when it is null, as many as needed (java.time's
 * ISO_LOCAL_TIME).
 */
export function writeIsoTime(out: ByteWriter, micros: number, width: number | null): void {
  const seconds = Math.floor(micros / 1e6);
  out.padded(Math.floor(seconds / 3600), 2);
  out.byte(COLON);
  out.padded(Math.floor(seconds / 60) % 60, 2);
  out.byte(COLON);
  out.padded(seconds % 60, 2);
  const fraction = micros % 1e6;
  if (width === 0 || (width === null && fraction === 0)) return;
  out.byte(DOT);
  out.padded(fraction, 6);
  if (width !== null) out.at -= 6 - width;
  else while (out.bytes[out.at - 1] === ZERO) out.at--;
}
