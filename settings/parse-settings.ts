import { SettingCheckError, SettingValueError, type Setting, type SettingMap, type SettingValues } from './setting.ts';

/** Parsed values and, per setting name, what is wrong; values of settings with problems are their defaults or null. */
export interface ParsedSettings<M extends SettingMap> {
  readonly values: SettingValues<M>;
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/**
 * A text as Connect shows the value that it parses to (ConfigDef.convertToString): trimmed, `FALSE` as `false`, the entries of a
 * list joined by commas. Null when it is no value of the type; what is only not allowed is shown.
 */
export function parsedText(setting: Setting<unknown>, text: string): string | null {
  let parsed: unknown;
  try {
    parsed = setting.parse(text);
  } catch (error) {
    if (!(error instanceof SettingValueError)) throw error;
    if (!(error instanceof SettingCheckError)) return null;
  }
  const trimmed = text.trim();
  switch (setting.type) {
    case 'BOOLEAN':
      return trimmed.toLowerCase();
    case 'INT':
    case 'SHORT':
    case 'LONG':
      return /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed.replace(/^\+/, '')).toString() : trimmed;
    case 'LIST':
      return entriesOf(trimmed).join(',');
    case 'PASSWORD':
      return text;
    case 'CLASS':
      return typeof parsed === 'string' ? parsed : trimmed; // an alias has become the class
    case 'STRING':
    case 'DOUBLE':
      return trimmed;
  }
}

function entriesOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((entry) => entry.trim());
}

/** How an error names a value: as it was given, or, when it was parsed, as Java shows that. */
function valueInError(setting: Setting<unknown>, text: string, error: SettingValueError): string {
  if (setting.type === 'PASSWORD') return '[hidden]';
  if (!(error instanceof SettingCheckError)) return text;
  if (setting.type === 'LIST') return `[${entriesOf(text.trim()).join(', ')}]`;
  return parsedText(setting, text) ?? text;
}

/** The problems of one setting in Connect's words (reference: connect-rest-api, message catalogue). */
function parseOne(setting: Setting<unknown>, given: string | null | undefined): { value: unknown; problems: string[] } {
  const textValue = given ?? setting.defaultText;
  if (given === null && setting.defaultText === undefined)
    return { value: null, problems: [`Invalid value null for configuration ${setting.name}: entry must be non null`] };
  if (textValue === undefined)
    return { value: null, problems: [`Missing required configuration "${setting.name}" which has no default value.`] };
  if (textValue === null) return { value: null, problems: [] };
  try {
    return { value: setting.parse(textValue), problems: [] };
  } catch (error) {
    if (!(error instanceof SettingValueError)) throw error;
    const shown = valueInError(setting, textValue, error);
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
