import type { PluginRegistry } from '../plugins.ts';
import { configKeyInfos, type ConfigKeyInfo, type PluginInfo } from './config-infos.ts';
import { converterSettings } from './converter-settings.ts';
import { requireVersion } from './plugin-version.ts';
import { RestError } from './rest-error.ts';
import type { Validator } from './validation.ts';

/** Everything a configuration may name, in Connect's order of kinds. */
export async function pluginInfos(plugins: PluginRegistry, { transforms, formats }: Validator): Promise<PluginInfo[]> {
  const [registry, { converters }] = await Promise.all([transforms(), formats()]);
  const infos =
    (type: PluginInfo['type']) =>
    ({ className, version }: { readonly className: string; readonly version: string }): PluginInfo => ({
      class: className,
      type,
      version,
    });
  return [
    ...plugins.entries.map(infos('source')).sort(byClass),
    ...registry.transforms.map(infos('transformation')).sort(byClass),
    ...registry.predicates.map(infos('predicate')).sort(byClass),
    ...converters.converters.map(infos('converter')).sort(byClass),
    ...converters.headerConverters.map(infos('header_converter')).sort(byClass),
  ];
}

function byClass(left: PluginInfo, right: PluginInfo): number {
  return left.class < right.class ? -1 : 1;
}

/** The definitions of a plug-in that is no connector. RestError 404 when there is none of that name, 400 when not in that version. */
export async function otherPluginConfig(
  { transforms, formats }: Validator,
  name: string,
  version: string | null,
): Promise<ConfigKeyInfo[]> {
  const [registry, { converters }] = await Promise.all([transforms(), formats()]);
  const chained = registry.transform(name) ?? registry.predicate(name);
  const converter = converters.converter(name) ?? converters.headerConverter(name);
  const plugin = chained ?? converter;
  if (plugin === undefined) throw new RestError(404, `Unknown plugin ${name}.`);
  requireVersion(plugin, version);
  if (converter !== undefined) return configKeyInfos(converterSettings(converter));
  // Without an alias they belong to no group and have no place in one (ConfigDef.define without a group).
  return configKeyInfos(Object.values(plugin.settings).map((setting) => ({ ...setting, order: -1 })));
}
