import type { Setting } from '../../settings/setting.ts';
import { productVersion } from '../version.ts';

const converterKeys = ['key.converter', 'value.converter', 'header.converter'];

/** The version that is used of a plug-in when none is asked for. */
export function withPluginVersion(settings: readonly Setting<unknown>[], version: string): Setting<unknown>[] {
  return settings.map((setting) =>
    setting.name === 'connector.plugin.version'
      ? { ...setting, defaultText: version, recommended: [version] }
      : setting,
  );
}

/** The settings with what holds on this worker when a configuration says nothing: Connect shows these in validations. */
export function withWorkerDefaults(
  settings: readonly Setting<unknown>[],
  connectorVersion: string,
  converters: Readonly<Record<string, string>>,
): Setting<unknown>[] {
  return withPluginVersion(settings, connectorVersion).map((setting) => {
    if (converterKeys.includes(setting.name)) return { ...setting, defaultText: converters[setting.name] ?? null };
    if (converterKeys.some((key) => setting.name === `${key}.plugin.version`))
      return { ...setting, defaultText: productVersion, recommended: [productVersion] };
    return setting;
  });
}
