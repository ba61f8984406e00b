import type { PluginRegistry } from '../plugins.ts';
import { configKeyInfos, type ConfigKeyInfo, type PluginInfo } from './config-infos.ts';
import { converterSettings } from './converter-settings.ts';
import { requireVersion } from './plugin-version.ts';
import { RestError } from './rest-error.ts';
import type { Validator } from './validation.ts';

/** Everything a configuration may name, in Connect's order of kinds. */
export async function pluginInfos(plugins: PluginRegistry, { transforms, formats }: Validator): Promise<PluginInfo[]> {
  const [{ listed }, rules] = await Promise.all([transforms(), formats()]);
  const builtIn = await rules.converters({});
  const { path } = plugins;
  const infos =
    (type: PluginInfo['type']) =>
    ({ className, version }: { readonly className: string; readonly version: string }): PluginInfo => ({
      class: className,
      type,
      version,
    });
  return [
    ...plugins.entries.map(infos('source')).sort(byClass),
    ...listed.transforms.map(infos('transformation')).sort(byClass),
    ...listed.predicates.map(infos('predicate')).sort(byClass),
    ...[...builtIn.converters, ...path.converters.entries].map(infos('converter')).sort(byClass),
    ...[...builtIn.headerConverters, ...path.headerConverters.entries].map(infos('header_converter')).sort(byClass),
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
  const [registry, rules] = await Promise.all([transforms(), formats()]);
  const chained = await registry.find(name);
  const known = await rules.converters({ 'key.converter': name, 'header.converter': name });
  const converter = known.converter(name) ?? known.headerConverter(name);
  const plugin = chained ?? converter;
  if (plugin === undefined) throw new RestError(404, `Unknown plugin ${name}.`);
  requireVersion(plugin, version);
  if (converter !== undefined) return configKeyInfos(converterSettings(converter));
  // Without an alias they belong to no group and have no place in one (ConfigDef.define without a group).
  return configKeyInfos(Object.values(plugin.settings).map((setting) => ({ ...setting, order: -1 })));
}
