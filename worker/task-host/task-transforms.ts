import { transformChain, type TransformChain } from '../../transforms/transform-chain.ts';
import { transformConfigs } from '../../transforms/chain-config.ts';
import type { PluginPath } from '../plugin-path/plugin-path.ts';
import { loadTransforms } from '../transform-registry.ts';

/**
 * The transforms of a task's connector as one; undefined when there are none: then their code is not loaded, and records go the
 * direct way. Throws a ConnectorError CONFIG_INVALID.
 */
export async function taskTransforms(
  config: Readonly<Record<string, string>>,
  path: PluginPath,
): Promise<TransformChain | undefined> {
  if (transformConfigs(config).length === 0) return undefined;
  const registry = await loadTransforms(path);
  await registry.prepare(config);
  return transformChain(config, registry);
}
