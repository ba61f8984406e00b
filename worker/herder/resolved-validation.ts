import { SecretValues } from '../providers/secret-values.ts';
import { hasPlaceholder } from '../providers/placeholder.ts';
import type { ConnectorResolver } from './connector-resolver.ts';
import { validateConfig, type GivenConfig, type ValidationResult, type Validator } from './validation.ts';

/** Declarations of providers inside of a connector's configuration mean nothing: only the worker's are trusted. */
function withoutProviders(config: GivenConfig): GivenConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !/^config\.providers(\.|$)/.test(key)));
}

/**
 * Validates what the placeholders of a configuration stand for, and answers with the placeholders: the values that providers gave
 * appear nowhere, and what is wrong with one of them is said in Connect's one sentence (4.2).
 */
export async function validateResolved(
  validator: Validator,
  { resolver, config: given }: { readonly resolver: ConnectorResolver; readonly config: GivenConfig },
  signal: AbortSignal,
): Promise<ValidationResult> {
  const config = withoutProviders(given);
  const texts = Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null);
  if (!texts.some(([, value]) => hasPlaceholder(value))) return validateConfig(validator, config, signal);
  const resolved = await resolver.resolved(Object.fromEntries(texts));
  const result = await validateConfig(validator, { ...config, ...resolved.config }, signal);
  const values = new SecretValues();
  values.add([...resolved.replaced.values()].flat());
  const problems = [...result.problems].map(([key, problem]): [string, readonly string[]] => [
    key,
    resolved.replaced.has(key)
      ? [
          `Invalid value for configuration '${key}': the value resolved from the config provider reference failed validation`,
        ]
      : problem.map((text) => values.redact(text)),
  ]);
  const replaced = new Set(resolved.replaced.keys());
  return {
    ...result,
    config,
    className: config['connector.class'] ?? '',
    problems: new Map(problems),
    settings: result.settings.map((setting) =>
      replaced.has(setting.name) ? { ...setting, recommended: [] } : setting,
    ),
  };
}
