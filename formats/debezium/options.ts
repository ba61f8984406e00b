import type { SettingProblem } from '../../connectors/source-connector.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingValues } from '../../settings/setting.ts';
import { converterSettings, headerConverterProblems, type JsonConverterSettings } from './converter-settings.ts';
import { debeziumSettings } from './settings.ts';
import type { ValueSettings } from './values/value-type.ts';

type Config = Readonly<Record<string, string>>;

/** A configuration as the format understands it. */
export interface DebeziumOptions {
  readonly settings: SettingValues<typeof debeziumSettings>;
  readonly key: JsonConverterSettings;
  readonly value: JsonConverterSettings;
  readonly placeholder: Buffer;
}

/** Reads a connector's configuration and the worker's converters; everything that is wrong is in `problems`. */
export function debeziumOptions(
  config: Config,
  workerConverters: Config,
): { readonly options: DebeziumOptions; readonly problems: readonly SettingProblem[] } {
  const { values: settings, problems } = parseSettings(debeziumSettings, config);
  const key = converterSettings('key.converter', config, workerConverters);
  const value = converterSettings('value.converter', config, workerConverters);
  const own = [...problems].flatMap(([setting, messages]) => messages.map((message) => ({ setting, message })));
  return {
    options: {
      settings,
      key: key.settings,
      value: value.settings,
      placeholder: placeholderBytes(settings.unavailablePlaceholder),
    },
    problems: [...own, ...key.problems, ...value.problems, ...headerConverterProblems(config, workerConverters)],
  };
}

/** `hex:` in front gives the bytes themselves. */
function placeholderBytes(text: string): Buffer {
  return text.startsWith('hex:') ? Buffer.from(text.slice(4), 'hex') : Buffer.from(text, 'utf8');
}

/** How values are written in keys or in values. */
export function valueSettings(
  { settings, placeholder }: DebeziumOptions,
  converter: JsonConverterSettings,
): ValueSettings {
  return { ...settings, placeholder, decimalFormat: converter.decimalFormat };
}
