import { unknownClass } from '../../formats/converters/converter-choice.ts';
import type { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import type { ConverterPlugin } from '../../formats/converters/converter.ts';
import { foundClass, text } from '../../settings/kinds.ts';
import { SettingValueError, type Setting } from '../../settings/setting.ts';

type Given = Readonly<Record<string, string | null>>;
type Plugin = Omit<ConverterPlugin, 'create'>;

const converterType = text('converter.type', {
  required: true,
  importance: 'LOW',
  width: 'NONE',
  order: -1,
  documentation: 'What the converter is used for: key, value or header. Follows from where it is named.',
});

/** The settings of a converter as it declares them itself, names without prefix. */
export function converterSettings(plugin: Plugin): Setting<unknown>[] {
  return [...(plugin.typed === true ? [converterType] : []), ...Object.values(plugin.settings)];
}

/** One of the three places where a converter is named, and what can be named there. */
interface Place {
  readonly key: string;
  readonly use: 'key' | 'value' | 'header';
  readonly all: readonly Plugin[];
  readonly find: (name: string) => Plugin | undefined;
}

function placesIn(registry: ConverterRegistry): Place[] {
  const { converters, headerConverters } = registry;
  const converter = { all: converters, find: (name: string) => registry.converter(name) };
  return [
    { key: 'key.converter', use: 'key', ...converter },
    { key: 'value.converter', use: 'value', ...converter },
    {
      key: 'header.converter',
      use: 'header',
      all: headerConverters,
      find: (name) => registry.headerConverter(name),
    },
  ];
}

/** A configuration's settings with what its converters make of them. */
export interface WithConverters {
  readonly settings: readonly Setting<unknown>[];
  /** What follows from the place where a converter is named, whatever the configuration says. */
  readonly implied: Readonly<Record<string, string>>;
}

/**
 * Which converters can be named and are when none is, their versions, and, as in Connect, the settings of those that the
 * configuration itself names. `worker`: the class of each place, for configurations that name none.
 */
export function withConverters(
  settings: readonly Setting<unknown>[],
  registry: ConverterRegistry,
  { config, worker }: { readonly config: Given; readonly worker: Readonly<Record<string, string>> },
): WithConverters {
  let all = [...settings];
  const implied: Record<string, string> = {};
  for (const place of placesIn(registry)) {
    const { key, use, find } = place;
    const plugin = find(config[key] ?? worker[key] ?? '');
    all = all.map((setting) => {
      if (setting.name === key) return { ...chosen(setting, place), defaultText: worker[key] ?? null };
      return setting.name === `${key}.plugin.version` ? version(setting, plugin) : setting;
    });
    if (plugin === undefined || (config[key] ?? null) === null) continue;
    all.push(...converterSettings(plugin).map((setting) => ({ ...setting, name: `${key}.${setting.name}` })));
    if (plugin.typed === true) implied[`${key}.${converterType.name}`] = use;
  }
  return { settings: all, implied };
}

function chosen(setting: Setting<unknown>, { all, find }: Place): Setting<string> {
  const known = foundClass(setting, (name) => {
    const plugin = find(name);
    if (plugin === undefined) throw new SettingValueError(unknownClass(name, all));
    return plugin.className;
  });
  return { ...known, recommended: all.map(({ className }) => className) };
}

/** The version that is used when none is asked for; without a plug-in there is none, and nothing to choose. */
function version(setting: Setting<unknown>, plugin: Plugin | undefined): Setting<unknown> {
  if (plugin === undefined) return { ...setting, visible: false };
  return { ...setting, defaultText: plugin.version, recommended: [plugin.version] };
}
