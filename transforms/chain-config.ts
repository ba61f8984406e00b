import type { PluginConfig } from './transform.ts';

/** A connector's configuration, as it comes over REST or as it is stored. */
export type GivenConfig = Readonly<Record<string, string | null | undefined>>;

/** What an alias of `transforms` or `predicates` says. */
export interface AliasConfig {
  readonly alias: string;
  /** `transforms.<alias>.` or `predicates.<alias>.` */
  readonly prefix: string;
  /** Undefined: not given. */
  readonly type: string | undefined;
  /** The keys behind the prefix that are the plug-in's own. */
  readonly own: PluginConfig;
}

export interface TransformConfig extends AliasConfig {
  /** Alias of the predicate, undefined: the transform applies to all records. */
  readonly predicate: string | undefined;
  /** As given, `true` or `false`; undefined: not given. */
  readonly negate: string | undefined;
}

const frameworkKeys = new Set(['type', 'plugin.version', 'predicate', 'negate']);

/** The entries of a list, in order, each once. */
function aliases(list: string | null | undefined): string[] {
  const entries = (list ?? '').split(',').map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ''))];
}

function aliasConfig(config: GivenConfig, kind: 'transforms' | 'predicates', alias: string): AliasConfig {
  const prefix = `${kind}.${alias}.`;
  const own: Record<string, string> = {};
  for (const [key, value] of Object.entries(config)) {
    if (!key.startsWith(prefix) || value === null || value === undefined) continue;
    const name = key.slice(prefix.length);
    if (!frameworkKeys.has(name)) own[name] = value;
  }
  return { alias, prefix, type: config[`${prefix}type`]?.trim(), own };
}

/** The transforms that a configuration lists, in the order in which they apply. */
export function transformConfigs(config: GivenConfig): TransformConfig[] {
  return aliases(config['transforms']).map((alias) => {
    const base = aliasConfig(config, 'transforms', alias);
    return {
      ...base,
      predicate: config[`${base.prefix}predicate`]?.trim(),
      negate: config[`${base.prefix}negate`]?.trim(),
    };
  });
}

/** The predicates that a configuration lists. */
export function predicateConfigs(config: GivenConfig): AliasConfig[] {
  return aliases(config['predicates']).map((alias) => aliasConfig(config, 'predicates', alias));
}
