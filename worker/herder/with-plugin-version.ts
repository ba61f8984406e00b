import type { Setting } from '../../settings/setting.ts';

/** The version that is used of a plug-in when none is asked for. */
export function withPluginVersion(settings: readonly Setting<unknown>[], version: string): Setting<unknown>[] {
  return settings.map((setting) =>
    setting.name === 'connector.plugin.version'
      ? { ...setting, defaultText: version, recommended: [version] }
      : setting,
  );
}
