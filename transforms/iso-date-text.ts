import { JavaDateFormat } from './java-date/java-date-format.ts';

const DAY_MS = 86_400_000;

export const isoTime = "HH:mm:ss.SSS'Z'";
export const isoDate = 'yyyy-MM-dd';
export const isoTimestamp = `${isoDate}'T'${isoTime}`;

/** Connect's text of a java.util.Date (Values.dateFormatFor): before 1970-01-02 a time, at midnight a date, else both. */
export function isoText(date: Date): string {
  const ms = date.getTime();
  const pattern = ms < DAY_MS ? isoTime : ms % DAY_MS === 0 ? isoDate : isoTimestamp;
  return new JavaDateFormat(pattern).format(date);
}
