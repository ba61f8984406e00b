import type { Config } from './config-equality.ts';
import { maskConfig, type IsSecret } from './masked-config.ts';

/** What is different between two configurations, key by key; of secrets only that they are. */
export interface ConfigDiff {
  readonly added: Config;
  readonly removed: Config;
  readonly changed: Readonly<Record<string, { readonly from: string; readonly to: string }>>;
}

export function configDiff(before: Config, after: Config, isSecret: IsSecret): ConfigDiff {
  const shownBefore = maskConfig(before, isSecret);
  const shownAfter = maskConfig(after, isSecret);
  const only = (shown: Config, other: Config): Config =>
    Object.fromEntries(Object.entries(shown).filter(([key]) => !Object.hasOwn(other, key)));
  const changed = Object.keys(before)
    .filter((key) => Object.hasOwn(after, key) && before[key] !== after[key])
    .map((key) => [key, { from: shownBefore[key] ?? '', to: shownAfter[key] ?? '' }] as const);
  return { added: only(shownAfter, before), removed: only(shownBefore, after), changed: Object.fromEntries(changed) };
}
