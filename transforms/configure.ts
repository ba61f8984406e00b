import { ConnectorError } from '../errors/connector-error.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import type { SettingMap, SettingValues } from '../settings/setting.ts';
import type { PluginConfig } from './transform.ts';

/** A configuration that the settings of a transform refuse, or that makes no sense as a whole. */
export function configError(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', message, cause === undefined ? {} : { cause });
}

/** The values of a plug-in's settings. Throws a ConnectorError CONFIG_INVALID with every problem. */
export function parsedConfig<M extends SettingMap>(settings: M, config: PluginConfig): SettingValues<M> {
  const { values, problems } = parseSettings(settings, config);
  if (problems.size > 0) throw configError([...problems.values()].flat().join('; '));
  return values;
}
