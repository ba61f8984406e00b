import {
  defineSetting,
  SettingCheckError,
  SettingValueError,
  type Setting,
  type SettingOptions,
  type SettingType,
} from './setting.ts';
import { regexList, type RegexList } from './regex-list.ts';

/** `required`: no default; `null`: optional, absent gives null; else the default's text. */
type Default = { readonly default: string } | { readonly required: true } | { readonly optional: true };

function defaultTextOf(spec: Default): string | null | undefined {
  if ('default' in spec) return spec.default;
  return 'optional' in spec ? null : undefined;
}

type Spec<T> = SettingOptions<T> & Default & { readonly documentation: string };
type OptionalSpec<T> = SettingOptions<T> & { readonly optional: true; readonly documentation: string };

function build<T>(name: string, type: SettingType, spec: Spec<T>, parse: (text: string) => T): Setting<T> {
  return defineSetting({ ...spec, name, type, defaultText: defaultTextOf(spec), parse });
}

const integerTypes = { SHORT: 32767, INT: 2147483647, LONG: Number.MAX_SAFE_INTEGER } as const;

function parseInteger(type: keyof typeof integerTypes, text: string): number {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) throw new SettingValueError(`Not a number of type ${type}`);
  const value = BigInt(trimmed.replace(/^\+/, ''));
  const limit = type === 'LONG' ? 2n ** 63n - 1n : BigInt(integerTypes[type]);
  if (value > limit || value < -limit - 1n) throw new SettingValueError(`Not a number of type ${type}`);
  // A LONG beyond 2^53 only ever means "for ever" (2^63 - 1 in client defaults); the largest exact number says the same.
  const bound = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > bound ? bound : value < -bound ? -bound : value);
}

/** Text, trimmed as Connect does. */
export function text(name: string, spec: OptionalSpec<string>): Setting<string | null>;
export function text(name: string, spec: Spec<string>): Setting<string>;
export function text(name: string, spec: Spec<string>): Setting<string | null> {
  return build(name, 'STRING', spec, (value) => value.trim());
}

/** One of a few words; compared without regard to case, given back as listed. */
export function choice<const W extends string>(name: string, words: readonly W[], spec: Spec<W>): Setting<W> {
  return build(name, 'STRING', { recommended: words, ...spec }, (value) => {
    const found = words.find((word) => word.toLowerCase() === value.trim().toLowerCase());
    if (found === undefined) throw new SettingCheckError(`String must be one of: ${words.join(', ')}`);
    return found;
  });
}

/** One of a few words exactly as listed (Connect's ValidString, which recommends nothing). */
export function exactChoice<const W extends string>(name: string, words: readonly W[], spec: Spec<W>): Setting<W> {
  return build(name, 'STRING', { words, ...spec }, (value) => {
    const found = words.find((word) => word === value.trim());
    if (found === undefined) throw new SettingCheckError(`String must be one of: ${words.join(', ')}`);
    return found;
  });
}

/** One of a few words in any case (Connect's CaseInsensitiveValidString), given back as listed. */
export function anyCaseChoice<const W extends string>(name: string, words: readonly W[], spec: Spec<W>): Setting<W> {
  return build(name, 'STRING', { words, ...spec }, (value) => {
    const found = words.find((word) => word.toLowerCase() === value.trim().toLowerCase());
    if (found !== undefined) return found;
    const shown = words.map((word) => word.toUpperCase()).join(', ');
    throw new SettingCheckError(`String must be one of (case insensitive): ${shown}`);
  });
}

/** A secret: masked in every answer and log. */
export function password(name: string, spec: OptionalSpec<string>): Setting<string | null>;
export function password(name: string, spec: Spec<string>): Setting<string>;
export function password(name: string, spec: Spec<string>): Setting<string | null> {
  return build(name, 'PASSWORD', spec, (value) => value);
}

/** `true` or `false`. */
export function flag(name: string, spec: Spec<boolean>): Setting<boolean> {
  return build(name, 'BOOLEAN', { width: 'SHORT', ...spec }, (value) => {
    const word = value.trim().toLowerCase();
    if (word === 'true') return true;
    if (word === 'false') return false;
    throw new SettingValueError('Expected value to be either true or false');
  });
}

/** A 16, 32 or 64-bit integer. */
export function integer(
  name: string,
  type: keyof typeof integerTypes,
  spec: OptionalSpec<number>,
): Setting<number | null>;
export function integer(name: string, type: keyof typeof integerTypes, spec: Spec<number>): Setting<number>;
export function integer(name: string, type: keyof typeof integerTypes, spec: Spec<number>): Setting<number | null> {
  return build(name, type, { width: 'SHORT', ...spec }, (value) => parseInteger(type, value));
}

/** Comma separated entries, trimmed, empty ones left out. */
export function list(name: string, spec: OptionalSpec<readonly string[]>): Setting<readonly string[] | null>;
export function list(name: string, spec: Spec<readonly string[]>): Setting<readonly string[]>;
export function list(name: string, spec: Spec<readonly string[]>): Setting<readonly string[] | null> {
  return build<readonly string[]>(name, 'LIST', { width: 'LONG', ...spec }, (value) =>
    value
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
}

/** Name of a plug-in class or its alias; whether it exists is checked by the worker. */
export function pluginClass(name: string, spec: OptionalSpec<string>): Setting<string | null>;
export function pluginClass(name: string, spec: Spec<string>): Setting<string>;
export function pluginClass(name: string, spec: Spec<string>): Setting<string | null> {
  return build(name, 'CLASS', { width: 'SHORT', ...spec }, (value) => value.trim());
}

/** Name of a plug-in that must be there; parsing gives its class. `find` throws SettingValueError for a name that nobody answers to. */
export function foundClass<T>(setting: Setting<T>, find: (name: string) => string): Setting<string> {
  return { ...setting, parse: (value) => find(value.trim()) };
}

/** Check: a lower bound, worded as Connect's Range validator. */
export function atLeast(minimum: number): (value: number) => string | undefined {
  return (value) => (value < minimum ? `Value must be at least ${minimum}` : undefined);
}

/** Check: both bounds. */
export function between(minimum: number, maximum: number): (value: number) => string | undefined {
  return (value) => {
    if (value < minimum) return `Value must be at least ${minimum}`;
    return value > maximum ? `Value must be no more than ${maximum}` : undefined;
  };
}

/** A list of regular expressions; null: none was given. */
export function regexes(
  name: string,
  spec: SettingOptions<RegexList | null> & { readonly documentation: string },
): Setting<RegexList | null> {
  return defineSetting<RegexList | null>({
    ...spec,
    name,
    type: 'LIST',
    defaultText: null,
    width: 'LONG',
    parse: (value) => (value.trim() === '' ? null : regexList(value)),
  });
}
