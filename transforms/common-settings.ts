import { javaPattern } from '../settings/java-pattern.ts';
import { flag } from '../settings/kinds.ts';
import { JavaDateFormat } from './java-date/java-date-format.ts';
import { defineSetting, SettingValueError, type Setting } from '../settings/setting.ts';

/** How Connect lays out the settings of its transforms: without group or width. */
export const layout = { group: 'Transforms', width: 'NONE' } as const;

/** KIP-1040: whether a default of the schema stands in for null. */
export const replaceNullWithDefault = flag('replace.null.with.default', {
  ...layout,
  default: 'true',
  documentation: 'Whether a field that is null and has a default counts as its default (true) or as null.',
});

/** Check of lists that must say something (Connect's NonEmptyListValidator). */
export function notEmptyList(entries: readonly string[]): string | undefined {
  return entries.length === 0 ? 'Empty list' : undefined;
}

interface WordSpec<W extends string> {
  readonly documentation: string;
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly defaultText: W | undefined;
}

/** One of a few words, compared exactly (Connect's ValidString). */
export function exactWord<const W extends string>(
  name: string,
  words: readonly W[],
  { documentation, importance, defaultText }: WordSpec<W>,
): Setting<W> {
  return defineSetting<W>({
    ...layout,
    name,
    documentation,
    importance,
    type: 'STRING',
    defaultText,
    parse: (value) => {
      const found = words.find((word) => word === value.trim());
      if (found === undefined) throw new SettingValueError(`String must be one of: ${words.join(', ')}`);
      return found;
    },
  });
}

/** Check of texts that are Java regular expressions. */
export function javaRegexProblem(pattern: string): string | undefined {
  try {
    javaPattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof SettingValueError) return error.message;
    throw error;
  }
}

/** Check of texts that are formats of java.text.SimpleDateFormat; blank ones are left to their owner. */
export function dateFormatProblem(format: string): string | undefined {
  try {
    if (format.trim() !== '') new JavaDateFormat(format);
    return undefined;
  } catch (error) {
    if (error instanceof SettingValueError) return error.message;
    throw error;
  }
}
