import { formatDate } from './format-date.ts';
import { parseDate } from './parse-date.ts';
import { patternItems, type PatternItem } from './pattern-items.ts';

/** A java.text.SimpleDateFormat in UTC with English names. */
export class JavaDateFormat {
  readonly pattern: string;
  readonly #items: readonly PatternItem[];

  /** Throws SettingValueError for a pattern that is none, or that uses a letter that is not supported. */
  constructor(pattern: string) {
    this.pattern = pattern;
    this.#items = patternItems(pattern);
  }

  format(date: Date): string {
    return formatDate(this.#items, date);
  }

  /** Undefined for a text that does not match. `now` says which century two digits of a year mean. */
  parse(text: string, now: Date = new Date()): Date | undefined {
    return parseDate(this.#items, text, now);
  }
}
