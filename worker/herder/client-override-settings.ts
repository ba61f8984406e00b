import { clientSettings } from '../../kafka/client-settings.ts';
import type { Setting } from '../../settings/setting.ts';
import { producerSettings } from '../task-host/producer-settings.ts';
import { overrideOf } from './override-policy.ts';

/** The settings of the clients that a connector has, by their name without prefix. */
function known(prefix: string): ReadonlyMap<string, Setting<unknown>> {
  const settings: Setting<unknown>[] = Object.values(clientSettings);
  if (prefix === 'producer.override.') settings.push(...Object.values(producerSettings));
  return new Map(settings.map((setting) => [setting.name, setting]));
}

/** Definitions of the overrides that a configuration holds, as far as the clients here have such settings. */
export function clientOverrideSettings(config: Readonly<Record<string, string | null>>): Setting<unknown>[] {
  return Object.keys(config).flatMap((key) => {
    const override = overrideOf(key);
    const setting = override === undefined ? undefined : known(override.prefix).get(override.name);
    return setting === undefined
      ? []
      : [{ ...setting, name: key, displayName: setting.name, width: 'NONE', order: -1 }];
  });
}

/** Overrides that change nothing, with the reason. */
export function overridesWithoutEffect(config: Readonly<Record<string, string | null>>): string[] {
  return Object.keys(config).flatMap((key) => {
    const override = overrideOf(key);
    if (override === undefined || known(override.prefix).has(override.name)) return [];
    return [`${key}: the Kafka clients of this version have no such setting`];
  });
}
