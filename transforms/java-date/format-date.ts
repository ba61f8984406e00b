import { days, eras, halves, months, short } from './names.ts';
import type { Letter, PatternItem } from './pattern-items.ts';

const DAY_MS = 86_400_000;

/** SimpleDateFormat.format in UTC. */
export function formatDate(items: readonly PatternItem[], date: Date): string {
  return items.map((item) => (item.type === 'text' ? item.text : fieldText(item.letter, item.count, date))).join('');
}

function fieldText(letter: Letter, count: number, date: Date): string {
  const number = (value: number): string => String(value).padStart(count, '0');
  const hour = date.getUTCHours();
  switch (letter) {
    case 'G':
      return eras[date.getUTCFullYear() > 0 ? 1 : 0];
    case 'y':
      return yearText(date.getUTCFullYear(), count);
    case 'M':
    case 'L':
      return monthText(date.getUTCMonth(), count);
    case 'd':
      return number(date.getUTCDate());
    case 'D':
      return number(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1);
    case 'E': {
      const name = days[date.getUTCDay()] ?? '';
      return count >= 4 ? name : short(name);
    }
    case 'u':
      return number(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
    case 'a':
      return halves[hour < 12 ? 0 : 1];
    case 'H':
      return number(hour);
    case 'k':
      return number(hour === 0 ? 24 : hour);
    case 'K':
      return number(hour % 12);
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case 'm':
      return number(date.getUTCMinutes());
    case 's':
      return number(date.getUTCSeconds());
    case 'S':
      return number(date.getUTCMilliseconds());
    case 'z':
      return count >= 4 ? 'Coordinated Universal Time' : 'UTC';
    case 'Z':
      return '+0000';
    case 'X':
      return 'Z';
  }
}

/** Years before 1 count backwards from 1 BC. */
function yearText(year: number, count: number): string {
  const shown = year > 0 ? year : 1 - year;
  return count === 2 ? String(shown % 100).padStart(2, '0') : String(shown).padStart(count, '0');
}

function monthText(month: number, count: number): string {
  if (count < 3) return String(month + 1).padStart(count, '0');
  const name = months[month] ?? '';
  return count === 3 ? short(name) : name;
}
