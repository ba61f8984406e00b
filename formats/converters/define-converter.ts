import { ConnectorError } from '../../errors/connector-error.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingMap, SettingValues } from '../../settings/setting.ts';
import type { Converter, ConverterPlugin, HeaderConverter } from './converter.ts';

/** The Kafka Connect whose bytes the built-in converters write. */
export const COMPATIBLE_VERSION = '4.1.1';

/** Connect's converters are both: for keys and values, and for headers. */
export type BothConverters = Converter & HeaderConverter;

export interface BothPlugin extends Omit<ConverterPlugin, 'create'> {
  create(config: Readonly<Record<string, string>>, isKey?: boolean): BothConverters;
}

/** A built-in converter for keys, values and headers. `make`: from the parsed settings. */
export function defineConverter<M extends SettingMap>(definition: {
  readonly className: string;
  readonly settings: M;
  readonly make: (values: SettingValues<M>) => BothConverters;
}): BothPlugin {
  const { className, settings, make } = definition;
  return {
    className,
    settings,
    typed: true,
    aliases: [],
    version: COMPATIBLE_VERSION,
    create: (config) => make(parsedOrRefused(settings, config)),
  };
}

/** Throws CONFIG_INVALID with the first problem. */
export function parsedOrRefused<M extends SettingMap>(
  settings: M,
  config: Readonly<Record<string, string>>,
): SettingValues<M> {
  const { values, problems } = parseSettings(settings, config);
  for (const [message] of problems.values()) throw new ConnectorError('CONFIG_INVALID', message ?? '');
  return values;
}
