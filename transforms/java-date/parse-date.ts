import { days, eras, halves, months, short } from './names.ts';
import type { Letter, PatternItem } from './pattern-items.ts';
import { moment, type DateParts } from './moment.ts';

/**
 * SimpleDateFormat.parse in UTC, lenient as Java's default is: numbers may have any number of digits where another kind of
 * text follows, may run over (month 13), and text behind the last item does not count. Undefined: the text does not match.
 */
export function parseDate(items: readonly PatternItem[], text: string, now: Date): Date | undefined {
  const parts: DateParts = {};
  let at = 0;
  for (const [index, item] of items.entries()) {
    const next =
      item.type === 'text'
        ? skipText(text, at, item.text)
        : readField(item, { text, at, width: abutting(items, index) }, parts);
    if (next === undefined) return undefined;
    at = next;
  }
  return moment(parts, now);
}

/** A field whose successor is a number, too, ends after its count of letters. */
function abutting(items: readonly PatternItem[], index: number): number | undefined {
  const item = items[index];
  const next = items[index + 1];
  const joined = item?.type === 'field' && next?.type === 'field' && /[^aGEzZX]/.test(next.letter);
  return joined ? item.count : undefined;
}

function skipText(text: string, at: number, expected: string): number | undefined {
  return text.startsWith(expected, at) ? at + expected.length : undefined;
}

interface Place {
  readonly text: string;
  readonly at: number;
  readonly width: number | undefined;
}

type FieldItem = Extract<PatternItem, { type: 'field' }>;

const numbers: Partial<Record<Letter, Exclude<keyof DateParts, 'withoutCentury'>>> = {
  d: 'day',
  D: 'dayOfYear',
  H: 'hour',
  K: 'hourOfHalf',
  m: 'minute',
  s: 'second',
  S: 'millisecond',
};

function readField({ letter, count }: FieldItem, place: Place, parts: DateParts): number | undefined {
  const { text } = place;
  const at = place.at + (/^[ \t]*/.exec(text.slice(place.at))?.[0].length ?? 0);
  const plain = numbers[letter];
  switch (letter) {
    case 'G':
      return readName(text, at, eras, (era) => (parts.era = era));
    case 'E':
      return readName(text, at, [...days, ...days.map(short)], () => undefined);
    case 'a':
      return readName(text, at, halves, (half) => (parts.half = half));
    case 'z':
    case 'Z':
      return readZone(text, at, generalZone, parts);
    case 'X':
      return readZone(text, at, isoZones[count - 1] ?? generalZone, parts);
    case 'M':
    case 'L':
      if (count >= 3)
        return readName(text, at, [...months, ...months.map(short)], (month) => (parts.month = month % 12));
      return readNumber(text, at, place.width, (month) => (parts.month = month - 1));
    case 'y':
      return readNumber(text, at, place.width, (year, digits) => {
        parts.year = year;
        parts.withoutCentury = count <= 2 && digits === 2;
      });
    case 'k':
      return readNumber(text, at, place.width, (hour) => (parts.hour = hour === 24 ? 0 : hour));
    case 'h':
      return readNumber(text, at, place.width, (hour) => (parts.hourOfHalf = hour === 12 ? 0 : hour));
    case 'u':
      return readNumber(text, at, place.width, () => undefined);
    default:
      return readNumber(text, at, place.width, (value) => {
        if (plain !== undefined) parts[plain] = value;
      });
  }
}

function readNumber(
  text: string,
  at: number,
  width: number | undefined,
  take: (value: number, digits: number) => void,
): number | undefined {
  const found = /^-?\d+/.exec(text.slice(at, width === undefined ? undefined : at + width))?.[0];
  if (found === undefined) return undefined;
  take(Number(found), found.length);
  return at + found.length;
}

/** The longest of the names that stands here, in any case. */
function readName(
  text: string,
  at: number,
  names: readonly string[],
  take: (index: number) => void,
): number | undefined {
  const rest = text.slice(at).toLowerCase();
  const fitting = names.filter((name) => rest.startsWith(name.toLowerCase()));
  const [longest] = fitting.toSorted((left, right) => right.length - left.length);
  if (longest === undefined) return undefined;
  take(names.indexOf(longest));
  return at + longest.length;
}

// Sign, hours and minutes stand in groups 1 to 3; no group: UTC.
const generalZone =
  /^(?:GMT([+-])(\d\d?):(\d\d)|(?:Coordinated Universal Time|Greenwich Mean Time|UTC|GMT)(?![+-])|([+-])(\d\d)(\d\d))/i;
/** By the number of letters. */
const isoZones = [/^(?:Z|([+-])(\d\d))/, /^(?:Z|([+-])(\d\d)(\d\d))/, /^(?:Z|([+-])(\d\d):(\d\d))/] as const;

function readZone(text: string, at: number, form: RegExp, parts: DateParts): number | undefined {
  const found = form.exec(text.slice(at));
  if (found === null) return undefined;
  const [sign, hours, minutes] = found[4] === undefined ? found.slice(1, 4) : found.slice(4, 7);
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  parts.zoneMinutes = sign === '-' ? -offset : offset;
  return at + found[0].length;
}
