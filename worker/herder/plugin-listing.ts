import type { PluginRegistry } from '../plugins.ts';
import type { TransformRegistry } from '../transform-registry.ts';
import { configKeyInfos, type ConfigKeyInfo, type PluginInfo } from './config-infos.ts';
import { RestError } from './rest-error.ts';
import type { Validator } from './validation.ts';

/** Everything a configuration may name, in Connect's order of kinds. */
export async function pluginInfos(plugins: PluginRegistry, { transforms }: Validator): Promise<PluginInfo[]> {
  const { listed } = await transforms();
  const infos =
    (type: PluginInfo['type']) =>
    ({ className, version }: { readonly className: string; readonly version: string }): PluginInfo => ({
      class: className,
      type,
      version,
    });
  return [
    ...plugins.entries.map(infos('source')),
    ...listed.transforms.map(infos('transformation')),
    ...listed.predicates.map(infos('predicate')),
    ...plugins.path.converters.entries.map(infos('converter')),
    ...plugins.path.headerConverters.entries.map(infos('header_converter')),
  ];
}

/** The definitions of a transform or predicate. RestError 404 when there is none of that name. */
export async function transformPluginConfig(registry: TransformRegistry, name: string): Promise<ConfigKeyInfo[]> {
  const plugin = await registry.find(name);
  if (plugin === undefined) throw new RestError(404, `Unknown plugin ${name}.`);
  // Without an alias they belong to no group and have no place in one (ConfigDef.define without a group).
  return configKeyInfos(Object.values(plugin.settings)).map((info) => ({ ...info, group: null, order: -1 }));
}
