import { defineSetting, type Setting } from './setting.ts';

/**
 * A setting of Debezium that is not built yet. Left at its default a configuration works; any other value is refused by name,
 * since records would lack something without anybody noticing.
 */
export function refused(name: string, defaultText: string | null, effect: string): Setting<string | null> {
  return defineSetting<string | null>({
    name,
    type: 'STRING',
    defaultText,
    importance: 'LOW',
    group: 'Not built yet',
    documentation: `${effect} Not built yet: only ${defaultText ?? 'leaving it out'} is accepted.`,
    parse: (value) => value.trim(),
    check: (value) => {
      if (value === '' || value?.toLowerCase() === defaultText?.toLowerCase()) return undefined;
      return `${name} is not built yet; ${defaultText === null ? 'leave it out' : `use ${defaultText}`}`;
    },
  });
}
