import { PluginError } from '../errors/plugin-error.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import type { SettingMap, SettingValues } from '../settings/setting.ts';

/** The values of a plug-in's settings in a configuration, typed. Throws a PluginError PLUGIN_CONFIG with every problem. */
export function settingValues<M extends SettingMap>(
  settings: M,
  config: Readonly<Record<string, string>>,
): SettingValues<M> {
  const { values, problems } = parseSettings(settings, config);
  if (problems.size > 0) throw new PluginError('PLUGIN_CONFIG', [...problems.values()].flat().join('; '));
  return values;
}
