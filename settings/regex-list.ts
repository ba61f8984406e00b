import { javaPattern, type JavaPattern } from './java-pattern.ts';
import { SettingValueError } from './setting.ts';

/** A comma separated list of regular expressions, e.g. of `table.include.list`. */
export interface RegexList {
  /** The entries as they are compiled, for messages. */
  readonly entries: readonly string[];
  /** Whether one of the entries matches the whole name, ASCII letters in either case. */
  matches(name: string): boolean;
  /** Place of the first entry that does, from 0; -1: none. */
  place(name: string): number;
}

/**
 * Include and exclude lists as Debezium reads them (Strings.setOfRegex with RegExSplitter, Predicates.includes): split at every
 * comma that has no backslash before it, wherever it stands; `\,` is a comma inside an entry; entries are trimmed, matched
 * whole and without regard to ASCII case. Throws SettingValueError.
 */
export function regexList(text: string): RegexList {
  const entries = splitRegexList(text);
  const patterns = entries.map(compileEntry);
  const place = (name: string): number => patterns.findIndex((pattern) => pattern.matches(name));
  return { entries, matches: (name) => place(name) >= 0, place };
}

/** The entries of such a list. An entry of no characters is left out. */
export function splitRegexList(text: string): string[] {
  const raw: string[] = [];
  let entry = '';
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === '\\' && i + 1 === text.length)
      throw new SettingValueError('The list ends with a backslash that escapes nothing');
    if (character === ',') {
      raw.push(entry);
      entry = '';
    } else entry += character === '\\' ? `\\${text.charAt((i += 1))}` : character;
  }
  raw.push(entry);
  return raw.filter((one) => one !== '').map((one) => one.trim().replaceAll('\\,', ','));
}

function compileEntry(entry: string, index: number, all: readonly string[]): JavaPattern {
  try {
    return javaPattern(entry, { flags: 'i' });
  } catch (error) {
    if (!(error instanceof SettingValueError) || all.length === 1) throw error;
    throw new SettingValueError(`${error.message}. A comma that belongs to an expression must be written as '\\,'`);
  }
}
