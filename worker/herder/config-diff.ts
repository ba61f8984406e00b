import type { Config } from './config-equality.ts';
import { maskConfig, type IsSecret } from './masked-config.ts';

/** What is different between two configurations, key by key; of secrets only that they are. */
export interface ConfigDiff {
  readonly added: Config;
  readonly removed: Config;
  readonly changed: Readonly<Record<string, { readonly from: string; readonly to: string }>>;
}

export function configDiff(before: Config, after: Config, isSecret: IsSecret): ConfigDiff {
  const only = (config: Config, other: Config): Config =>
    maskConfig(
      part(config, (key) => !Object.hasOwn(other, key)),
      isSecret,
    );
  const isChanged = (key: string): boolean =>
    Object.hasOwn(before, key) && Object.hasOwn(after, key) && before[key] !== after[key];
  const [from, to] = [before, after].map((config) => maskConfig(part(config, isChanged), isSecret));
  const changed = Object.entries(from ?? {}).map(([key, text]) => [key, { from: text, to: to?.[key] ?? '' }] as const);
  return { added: only(after, before), removed: only(before, after), changed: Object.fromEntries(changed) };
}

function part(config: Config, wanted: (key: string) => boolean): Config {
  return Object.fromEntries(Object.entries(config).filter(([key]) => wanted(key)));
}
