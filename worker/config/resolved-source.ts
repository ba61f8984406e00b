import { ConfigResolver } from '../providers/config-resolver.ts';
import { openProviders, parseProviders, type ProviderSpecs } from '../providers/provider-settings.ts';
import { SecretValues } from '../providers/secret-values.ts';
import type { SettingsSource } from './settings-source.ts';

/** The keys of a worker with the values of their placeholders, and what gave them. */
export interface ResolvedSource {
  readonly source: SettingsSource;
  readonly specs: ProviderSpecs;
  readonly resolver: ConfigResolver;
  readonly secretValues: SecretValues;
  /** What is wrong with the declarations of providers, each with its place. */
  readonly problems: readonly string[];
  /** A text about the keys as it may be shown: without what providers gave. */
  shown(text: string): string;
}

/** Resolves a worker's own placeholders, as Connect does for its worker file. Throws CONFIG_PROVIDER_FAILED. */
export function resolvedSource(
  given: SettingsSource,
  env: Readonly<Record<string, string | undefined>>,
): ResolvedSource {
  const { specs, problems } = parseProviders(given.keys);
  const resolver = new ConfigResolver(openProviders(specs, env));
  const resolved = resolver.resolveSync(given.keys);
  const secretValues = new SecretValues();
  secretValues.learn(resolved);
  const all = new SecretValues();
  all.add([...resolved.replaced.values()].flat());
  return {
    source: { keys: resolved.config, origin: (key) => given.origin(key), repeated: given.repeated },
    specs,
    resolver,
    secretValues,
    problems: problems.map(([key, text]) => {
      const origin = given.origin(key);
      return origin === undefined ? text : `${origin}: ${text}`;
    }),
    shown: (text) => all.redact(text),
  };
}
