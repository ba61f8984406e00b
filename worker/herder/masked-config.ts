import { shownKeys } from '../salted-keys.ts';
import { isSecretKey } from '../secret-keys.ts';
import type { Config } from './config-equality.ts';

/** What an answer shows in place of a secret, and what may come back in an update for "as it is". */
export const masked = '[hidden]';

/** A value that only names where the secret is: `${file:/etc/secrets:password}`. */
export function isPlaceholder(value: string): boolean {
  return /^\$\{[^}]*\}$/.test(value);
}

/** Whether the value under a key is a secret: by definition of its setting, or by the name of the key. */
export type IsSecret = (key: string) => boolean;

export function secretsOf(passwordSettings: ReadonlySet<string>): IsSecret {
  return (key) => passwordSettings.has(key) || isSecretKey(key);
}

/** A configuration as it may be shown. */
export function maskConfig(config: Config, isSecret: IsSecret): Record<string, string> {
  const names = shownKeys(Object.keys(config));
  const shown = Object.entries(config).map(([key, value]) => {
    const hide = value !== '' && isSecret(key) && !isPlaceholder(value);
    return [names.get(key) ?? key, hide ? masked : value] as const;
  });
  return Object.fromEntries(shown);
}

/** An update with the stored value, and the stored salt of a name, wherever a secret comes back as it was shown. */
export function unmaskConfig<V extends string | null>(
  given: Readonly<Record<string, V>>,
  stored: Config | undefined,
  isSecret: IsSecret,
): Record<string, V | string> {
  const names = new Map([...shownKeys(Object.keys(stored ?? {}))].map(([key, shown]) => [shown, key]));
  const entries = Object.entries(given).map(([shown, value]) => {
    const key = names.get(shown) ?? shown;
    const before = stored?.[key];
    return [key, value === masked && before !== undefined && isSecret(key) ? before : value] as const;
  });
  return Object.fromEntries(entries);
}
