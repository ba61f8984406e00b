import type { PluginRegistry } from '../plugins.ts';
import type { TransformRegistry } from '../transform-registry.ts';
import { configKeyInfos, type ConfigKeyInfo, type PluginInfo } from './config-infos.ts';
import { RestError } from './rest-error.ts';
import type { Validator } from './validation.ts';

/** Everything a configuration may name, in Connect's order of kinds. */
export async function pluginInfos(plugins: PluginRegistry, { transforms }: Validator): Promise<PluginInfo[]> {
  const registry = await transforms();
  const infos =
    (type: PluginInfo['type']) =>
    ({ className, version }: { readonly className: string; readonly version: string }): PluginInfo => ({
      class: className,
      type,
      version,
    });
  return [
    ...plugins.entries.map(infos('source')),
    ...registry.transforms.map(infos('transformation')),
    ...registry.predicates.map(infos('predicate')),
  ];
}

/** The definitions of a transform or predicate. RestError 404 when there is none of that name. */
export function transformPluginConfig(registry: TransformRegistry, name: string): ConfigKeyInfo[] {
  const plugin = registry.transform(name) ?? registry.predicate(name);
  if (plugin === undefined) throw new RestError(404, `Unknown plugin ${name}.`);
  // Without an alias they belong to no group and have no place in one (ConfigDef.define without a group).
  return configKeyInfos(Object.values(plugin.settings)).map((info) => ({ ...info, group: null, order: -1 }));
}
