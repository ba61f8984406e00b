import type { ByteRange } from '../../../byte-range.ts';
import { UnrepresentableValue } from '../value-type.ts';
import { epochDays } from './calendar.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const SPACE = 0x20;
const LETTER_C = 0x43;
const LETTER_I = 0x69;
const FRACTION_DIGITS = 6;

export const MICROS_PER_DAY = 86_400_000_000;

/** 1 for `infinity`, -1 for `-infinity`, 0 for an ordinary value. */
export function infinitySign({ bytes, start }: ByteRange): -1 | 0 | 1 {
  if (bytes[start] === LETTER_I) return 1;
  return bytes[start] === MINUS && bytes[start + 1] === LETTER_I ? -1 : 0;
}

/** Astronomical year, month and day of the date at the start of a range, in that order, to `take`. */
function readDate<T>(range: ByteRange, take: (year: number, month: number, day: number) => T): T {
  const { bytes, start, end } = range;
  let year = 0;
  let i = start;
  for (; bytes[i] !== MINUS; i++) {
    if (i === end) throw malformed(range);
    year = year * 10 + (bytes[i] ?? 0) - ZERO;
  }
  const month = twoDigits(bytes, i + 1);
  const day = twoDigits(bytes, i + 4);
  // "0044-03-15 BC": there is no year 0 in that count.
  return take(bytes[end - 1] === LETTER_C ? 1 - year : year, month, day);
}

/** Days since 1970-01-01 of the date at the start of a range. */
export function daysOf(range: ByteRange): number {
  const { bytes, start, end } = range;
  if (bytes[start + 4] !== MINUS || bytes[end - 1] === LETTER_C) return readDate(range, epochDays);
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  return epochDays(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8));
}

/** Where the time of day of a timestamp begins. */
export function timeStart({ bytes, start, end }: ByteRange): number {
  let i = start + 10;
  while (i < end && bytes[i] !== SPACE) i++;
  return i + 1;
}

/** Microseconds since midnight of `HH:MM:SS[.ffffff]` at that place; what follows is ignored. */
export function microsAt({ bytes, end }: ByteRange, at: number): number {
  const seconds = twoDigits(bytes, at) * 3600 + twoDigits(bytes, at + 3) * 60 + twoDigits(bytes, at + 6);
  let fraction = 0;
  let digits = 0;
  if (bytes[at + 8] === DOT) {
    for (let i = at + 9; i < end && digits < FRACTION_DIGITS; i++, digits++) {
      const digit = (bytes[i] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      fraction = fraction * 10 + digit;
    }
  }
  for (; digits < FRACTION_DIGITS; digits++) fraction *= 10;
  return seconds * 1e6 + fraction;
}

/** Seconds east of UTC of `±HH[:MM[:SS]]` behind the time of day at that place; 0 when there is none. */
export function offsetSecondsAt({ bytes, end }: ByteRange, at: number): number {
  let i = at + 8;
  while (i < end && (bytes[i] === DOT || isDigit(bytes[i]))) i++;
  if (i >= end || bytes[i] === SPACE) return 0;
  const west = bytes[i] === MINUS;
  let seconds = twoDigits(bytes, i + 1) * 3600;
  if (i + 3 < end && bytes[i + 3] === COLON) {
    seconds += twoDigits(bytes, i + 4) * 60;
    if (i + 6 < end && bytes[i + 6] === COLON) seconds += twoDigits(bytes, i + 7);
  }
  return west ? -seconds : seconds;
}

function twoDigits(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) - ZERO) * 10 + (bytes[at + 1] ?? 0) - ZERO;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

function malformed({ bytes, start, end }: ByteRange): UnrepresentableValue {
  return new UnrepresentableValue(`"${bytes.toString('utf8', start, end)}" is not a date in ISO style`);
}
