import type { SettingProblem } from '../../connectors/source-connector.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { Converter, ConverterPlugin, HeaderConverter, HeaderConverterPlugin } from './converter.ts';
import type { ConverterRegistry } from './converter-registry.ts';

type Config = Readonly<Record<string, string>>;

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';
const SIMPLE_HEADER_CONVERTER = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';

/** A converter as a configuration chooses it, with its settings (names without prefix). */
export interface ChosenConverter<P> {
  readonly plugin: P;
  readonly settings: Config;
}

/** What a connector's configuration and the worker's defaults choose. */
export interface ConverterChoice {
  readonly key: ChosenConverter<ConverterPlugin>;
  readonly value: ChosenConverter<ConverterPlugin>;
  readonly header: ChosenConverter<HeaderConverterPlugin>;
}

/** The three converters of a task, with their class names for the log. */
export interface Converters {
  readonly key: Converter;
  readonly value: Converter;
  readonly header: HeaderConverter;
  readonly classNames: { readonly key: string; readonly value: string; readonly header: string };
}

/**
 * Which converters are to be used: each from the connector when it names one itself, otherwise from the worker, always together
 * with its settings; the two are never mixed (Kafka Connect, ConnectorConfig). Undefined where nothing can be chosen.
 */
export function chooseConverters(
  registry: ConverterRegistry,
  connector: Config,
  worker: Config,
): { readonly choice: ConverterChoice | undefined; readonly problems: readonly SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const choose = <P extends Pick<ConverterPlugin, 'className' | 'settings'>>(
    part: Part<P>,
  ): ChosenConverter<P> | undefined => {
    const { setting, fallback, find, all } = part;
    const owner = connector[setting] === undefined ? worker : connector;
    const name = owner[setting] ?? fallback;
    const plugin = find(name);
    if (plugin === undefined) {
      problems.push({ setting, message: unknownText(setting, name.trim(), all) });
      return undefined;
    }
    const settings = withPrefixCut(owner, `${setting}.`);
    for (const [key, messages] of parseSettings(plugin.settings, settings).problems)
      for (const message of messages)
        problems.push({
          setting: `${setting}.${key}`,
          message: message.replace(` configuration ${key}:`, ` configuration ${setting}.${key}:`),
        });
    return { plugin, settings };
  };
  const converters = {
    fallback: JSON_CONVERTER,
    find: (name: string) => registry.converter(name),
    all: registry.converters,
  };
  const key = choose({ setting: 'key.converter', ...converters });
  const value = choose({ setting: 'value.converter', ...converters });
  const header = choose({
    setting: 'header.converter',
    fallback: SIMPLE_HEADER_CONVERTER,
    find: (name) => registry.headerConverter(name),
    all: registry.headerConverters,
  });
  const choice = key !== undefined && value !== undefined && header !== undefined ? { key, value, header } : undefined;
  return { choice, problems };
}

interface Part<P> {
  readonly setting: string;
  readonly fallback: string;
  readonly find: (name: string) => P | undefined;
  readonly all: readonly P[];
}

function unknownText(setting: string, name: string, all: readonly { readonly className: string }[]): string {
  return `Invalid value ${name} for configuration ${setting}: ${unknownClass(name, all)}`;
}

/** Why a name is no converter: Connect's words, and which there are. */
export function unknownClass(name: string, all: readonly { readonly className: string }[]): string {
  return `Class ${name} could not be found; the converters there are: ${all.map(({ className }) => className).join(', ')}`;
}

function withPrefixCut(config: Config, prefix: string): Config {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** Throws CONFIG_INVALID for settings that a converter refuses. */
export function createConverters({ key, value, header }: ConverterChoice): Converters {
  return {
    key: key.plugin.create(key.settings, true),
    value: value.plugin.create(value.settings, false),
    header: header.plugin.create(header.settings),
    classNames: {
      key: key.plugin.className,
      value: value.plugin.className,
      header: header.plugin.className,
    },
  };
}

/** Whether records can be written the direct way, which knows these two only. */
export function isDirect({ key, value, header }: ConverterChoice): boolean {
  return (
    key.plugin.className === JSON_CONVERTER &&
    value.plugin.className === JSON_CONVERTER &&
    header.plugin.className === SIMPLE_HEADER_CONVERTER
  );
}
