import { textOf } from '../../../byte-range.ts';
import { jsonString } from '../../../json/json-text.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from '../value-type.ts';

/** Parts of an interval, each with its own sign; seconds as text to keep their digits. */
interface IntervalParts {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: string;
}

/** Mean length of a month, as Debezium counts it. */
const DAYS_PER_MONTH = 365.25 / 12;
const MAX_INT64 = 2n ** 63n - 1n;

/** `1 year 2 mons -3 days +04:05:06.78` (intervalstyle postgres; PostgreSQL 18 manual, 8.5.5). */
function parseInterval(text: string): IntervalParts {
  if (/infinity$/.test(text)) throw new UnrepresentableValue('an infinite interval has no length');
  const part = (unit: string): number => Number(new RegExp(`([+-]?\\d+) ${unit}s?\\b`).exec(text)?.[1] ?? 0);
  const [, sign = '', hours = '0', minutes = '0', seconds = '0'] = /([+-]?)(\d+):(\d+):([\d.]+)/.exec(text) ?? [];
  const signed = (digits: string): number => (sign === '-' ? -1 : 1) * Number(digits);
  const plain = seconds.replace(/^0+(?=\d)/, '').replace(/\.?0+$/, (zeros) => (seconds.includes('.') ? '' : zeros));
  return {
    years: part('year'),
    months: part('mon'),
    days: part('day'),
    hours: signed(hours) + 0,
    minutes: signed(minutes) + 0,
    seconds: `${sign === '-' && plain !== '0' ? '-' : ''}${plain}`,
  };
}

/** Microseconds, by the same steps in doubles as Debezium's MicroDuration, so that they round alike. */
function intervalMicros(parts: IntervalParts): bigint {
  const days = (parts.years * 12 + parts.months) * DAYS_PER_MONTH + parts.days;
  const seconds = ((days * 24 + parts.hours) * 60 + parts.minutes) * 60 + Number(parts.seconds);
  const micros = BigInt(Math.trunc(seconds * 1e6));
  if (micros > MAX_INT64) return MAX_INT64;
  return micros < -MAX_INT64 - 1n ? -MAX_INT64 - 1n : micros;
}

/** `P1Y2M3DT4H5M6.78S`, always with all six parts. */
function intervalIso(parts: IntervalParts): string {
  const { years, months, days, hours, minutes, seconds } = parts;
  return `P${years}Y${months}M${days}DT${hours}H${minutes}M${seconds}S`;
}

export function intervalType(settings: Pick<ValueSettings, 'intervalHandling' | 'placeholder'>): ValueType {
  if (settings.intervalHandling === 'string')
    return {
      schema: { type: 'string', name: 'io.debezium.time.Interval', version: 1 },
      encode: (out, value) => out.text(`"${intervalIso(parseInterval(textOf(value)))}"`),
      standIn: '"P0Y0M0DT0H0M0S"',
      unavailable: jsonString(settings.placeholder.toString('utf8')),
    };
  return {
    schema: { type: 'int64', name: 'io.debezium.time.MicroDuration', version: 1 },
    encode: (out, value) => out.text(String(intervalMicros(parseInterval(textOf(value))))),
    standIn: '0',
    unavailable: null,
    numbers: 'integer',
  };
}
