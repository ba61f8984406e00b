/** Types of settings as Connect reports them (ConfigDef.Type). */
export type SettingType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';

/** Answers undefined for a good value, or the reason as Connect words it, e.g. `Value must be at least 1`. */
export type Check<T> = (value: T) => string | undefined;

/**
 * The one definition of a setting: parsing, validation endpoint, plug-in endpoint and documentation all come from it.
 * `T` is what parsing gives; a setting without default that may be absent gives `T | null`.
 */
export interface Setting<T> {
  readonly name: string;
  readonly type: SettingType;
  /** Text form of the default; null: optional without default; undefined: required. */
  readonly defaultText: string | null | undefined;
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly documentation: string;
  readonly group: string;
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';
  readonly displayName: string;
  readonly recommended: readonly string[];
  /** Place within its group; counted when it is left out. -1: it belongs to no group on the wire (ConfigDef.define without one). */
  readonly order?: number;
  /** False: forms need not show it. */
  readonly visible?: boolean;
  /** The words that are allowed, where these are all and are not recommended. */
  readonly words?: readonly string[];
  /** Text to checked value; throws SettingValueError with the reason. */
  readonly parse: (text: string) => T;
}

export type SettingMap = Readonly<Record<string, Setting<unknown>>>;
/** The parsed values of a map of settings, under the same names. */
export type SettingValues<M extends SettingMap> = {
  readonly [K in keyof M]: M[K] extends Setting<infer T> ? T : never;
};

/** Why a text is not a value of its type, worded as Connect does, e.g. `Not a number of type INT`. */
export class SettingValueError extends Error {
  override readonly name = 'SettingValueError';
}

/** A text that is a value of its type, but not an allowed one, e.g. `Value must be at least 1`. */
export class SettingCheckError extends SettingValueError {}

/** What a definition may say beside name and documentation. */
export interface SettingOptions<T> {
  readonly importance?: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly group?: string;
  readonly width?: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';
  readonly displayName?: string;
  readonly recommended?: readonly string[];
  readonly words?: readonly string[];
  readonly order?: number;
  readonly check?: Check<T>;
}

interface Definition<T> extends SettingOptions<T> {
  readonly name: string;
  readonly documentation: string;
  readonly type: SettingType;
  readonly defaultText: string | null | undefined;
  readonly parse: (text: string) => T;
}

/** Builds a setting from its definition, with Connect's usual answers for what is left out. */
export function defineSetting<T>(definition: Definition<T>): Setting<T> {
  const { parse, check, ...rest } = definition;
  return {
    importance: 'MEDIUM',
    group: 'Connector',
    width: 'MEDIUM',
    displayName: definition.name,
    recommended: [],
    ...rest,
    parse: (text) => {
      const value = parse(text);
      const reason = check?.(value);
      if (reason !== undefined) throw new SettingCheckError(reason);
      return value;
    },
  };
}
