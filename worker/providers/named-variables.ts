import { textParts } from './placeholder.ts';
import type { ProviderSpecs } from './provider-settings.ts';

/**
 * The environment variables that the placeholders of configurations name. A task host does not inherit all of the worker's, so
 * it gets these with its order.
 */
export function namedVariables(
  configs: readonly Readonly<Record<string, string>>[],
  specs: ProviderSpecs,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const named: Record<string, string> = {};
  for (const text of configs.flatMap((config) => Object.values(config)))
    for (const part of textParts(text)) {
      if (typeof part === 'string' || specs[part.provider]?.kind !== 'env') continue;
      const value = env[part.key];
      if (value !== undefined) named[part.key] = value;
    }
  return named;
}
