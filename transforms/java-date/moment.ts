/** What a text said, each as far as it did. */
export interface DateParts {
  era?: number;
  year?: number;
  /** The year had two digits, and the pattern no more. */
  withoutCentury?: boolean;
  /** From 0. */
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  /** From 0 to 11; counts when there is no hour. */
  hourOfHalf?: number;
  half?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  zoneMinutes?: number;
}

/**
 * The moment; what was not said is that of 1970-01-01 00:00 UTC. Numbers beyond their range run over, as in Java's lenient
 * calendar. A year without century means the moment within 80 years before now and 20 after.
 */
export function moment(parts: DateParts, now: Date): Date {
  if (parts.withoutCentury !== true) return dateOf(parts);
  const first = new Date(now);
  first.setUTCFullYear(now.getUTCFullYear() - 80);
  const century = Math.floor(first.getUTCFullYear() / 100) * 100;
  const year = century + (parts.year ?? 0);
  const date = dateOf({ ...parts, year });
  return date < first ? dateOf({ ...parts, year: year + 100 }) : date;
}

function dateOf(parts: DateParts): Date {
  const { year = 1970, month = 0, day = 1, minute = 0, second = 0, millisecond = 0, zoneMinutes = 0 } = parts;
  const hour = parts.hour ?? (parts.hourOfHalf ?? 0) + (parts.half === 1 ? 12 : 0);
  const date = new Date(0);
  date.setUTCFullYear(
    parts.era === 0 ? 1 - year : year,
    parts.dayOfYear === undefined ? month : 0,
    parts.dayOfYear ?? day,
  );
  date.setUTCHours(hour, minute - zoneMinutes, second, millisecond);
  return date;
}
