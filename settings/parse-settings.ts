import { SettingValueError, type Setting, type SettingMap, type SettingValues } from './setting.ts';

/** Parsed values and, per setting name, what is wrong; values of settings with problems are their defaults or null. */
export interface ParsedSettings<M extends SettingMap> {
  readonly values: SettingValues<M>;
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** The problems of one setting in Connect's words (reference: connect-rest-api, message catalogue). */
function parseOne(setting: Setting<unknown>, given: string | null | undefined): { value: unknown; problems: string[] } {
  const textValue = given ?? setting.defaultText;
  if (given === null && setting.defaultText === undefined)
    return { value: null, problems: [`Invalid value null for configuration ${setting.name}: entry must be non null`] };
  if (textValue === undefined)
    return { value: null, problems: [`Missing required configuration "${setting.name}" which has no default value.`] };
  if (textValue === null) return { value: null, problems: [] };
  const shown = setting.type === 'PASSWORD' ? '[hidden]' : textValue;
  try {
    return { value: setting.parse(textValue), problems: [] };
  } catch (error) {
    if (!(error instanceof SettingValueError)) throw error;
    return { value: null, problems: [`Invalid value ${shown} for configuration ${setting.name}: ${error.message}`] };
  }
}

/** Parses what a configuration says about the given settings. Never throws for bad input: it is in `problems`. */
export function parseSettings<M extends SettingMap>(
  settings: M,
  config: Readonly<Record<string, string | null | undefined>>,
): ParsedSettings<M> {
  const values: Record<string, unknown> = {};
  const problems = new Map<string, readonly string[]>();
  for (const [key, setting] of Object.entries(settings)) {
    const parsed = parseOne(setting, config[setting.name]);
    values[key] = parsed.value;
    if (parsed.problems.length > 0) problems.set(setting.name, parsed.problems);
  }
  // Each value came out of its own setting's parse, which is what SettingValues says; TypeScript cannot follow the loop.
  return { values: values as SettingValues<M>, problems };
}
