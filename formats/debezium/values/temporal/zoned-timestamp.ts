import type { ByteRange } from '../../../byte-range.ts';
import type { ByteWriter } from '../../../byte-writer.ts';
import { jsonString } from '../../../json/json-text.ts';
import type { ValueSettings, ValueType } from '../value-type.ts';
import { writeIsoDate, writeIsoTime } from './iso-text.ts';
import { daysOf, infinitySign, microsAt, MICROS_PER_DAY, offsetSecondsAt, timeStart } from './temporal-text.ts';

const QUOTE = 0x22;
const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const INFINITY = Buffer.from('"infinity"', 'latin1');
const MINUS_INFINITY = Buffer.from('"-infinity"', 'latin1');
/** `YYYY-MM-DD HH:MM:SS` */
const SECONDS_LENGTH = 19;

/** timestamptz(precision), always as text in UTC with that many digits of the fraction. */
export function zonedTimestampType(precision: number, { placeholder }: Pick<ValueSettings, 'placeholder'>): ValueType {
  return {
    schema: { type: 'string', name: 'io.debezium.time.ZonedTimestamp', version: 1 },
    encode: (out, value) => {
      if (!writeUsual(out, value, precision)) writeAny(out, value, precision);
    },
    standIn: '"1970-01-01T00:00:00Z"',
    unavailable: jsonString(placeholder.toString('utf8')),
  };
}

/** `2016-11-04 11:51:30.12+00` is copied: only the letters between and the zeros behind are new. */
function writeUsual(out: ByteWriter, { bytes, start, end }: ByteRange, precision: number): boolean {
  const zone = end - 3;
  const fraction = start + SECONDS_LENGTH;
  if (zone < fraction || bytes[start + 4] !== MINUS) return false;
  if (bytes[zone] !== PLUS || bytes[zone + 1] !== ZERO || bytes[zone + 2] !== ZERO) return false;
  out.reserve(SECONDS_LENGTH + precision + 4);
  const target = out.bytes;
  let at = out.at;
  target[at++] = QUOTE;
  for (let i = start; i < fraction; i++) target[at++] = bytes[i] ?? 0;
  target[at - 9] = LETTER_T;
  if (precision > 0) {
    target[at++] = DOT;
    for (let i = fraction + 1; i <= fraction + precision; i++) target[at++] = i < zone ? (bytes[i] ?? 0) : ZERO;
  }
  target[at++] = LETTER_Z;
  target[at++] = QUOTE;
  out.at = at;
  return true;
}

function writeAny(out: ByteWriter, value: ByteRange, precision: number): void {
  const sign = infinitySign(value);
  if (sign !== 0) {
    out.constant(sign < 0 ? MINUS_INFINITY : INFINITY);
    return;
  }
  const at = timeStart(value);
  const utc = microsAt(value, at) - offsetSecondsAt(value, at) * 1e6;
  const shift = Math.floor(utc / MICROS_PER_DAY);
  out.byte(QUOTE);
  writeIsoDate(out, daysOf(value) + shift);
  out.byte(LETTER_T);
  writeIsoTime(out, utc - shift * MICROS_PER_DAY, precision);
  out.byte(LETTER_Z);
  out.byte(QUOTE);
}
