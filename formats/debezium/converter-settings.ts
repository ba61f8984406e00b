import type { SettingProblem } from '../../connectors/source-connector.ts';
import { choice, flag } from '../../settings/kinds.ts';
import { parseSettings } from '../../settings/parse-settings.ts';

type Config = Readonly<Record<string, string>>;

/** JsonConverter's settings of keys or of values. */
export interface JsonConverterSettings {
  readonly schemasEnabled: boolean;
  readonly decimalFormat: 'BASE64' | 'NUMERIC';
  readonly replaceNullWithDefault: boolean;
}

const JSON_CONVERTERS = ['org.apache.kafka.connect.json.JsonConverter', 'JsonConverter', 'Json'];
const HEADER_CONVERTERS = ['org.apache.kafka.connect.storage.SimpleHeaderConverter', 'SimpleHeaderConverter', 'Simple'];

function definitions(prefix: string) {
  const group = 'Converters';
  return {
    schemasEnabled: flag(`${prefix}.schemas.enable`, {
      group,
      default: 'true',
      documentation: 'Whether each key or value carries its schema beside its payload.',
    }),
    decimalFormat: choice(`${prefix}.decimal.format`, ['BASE64', 'NUMERIC'], {
      group,
      default: 'BASE64',
      documentation: 'Exact decimals as base64 of their bytes or as JSON numbers.',
    }),
    replaceNullWithDefault: flag(`${prefix}.replace.null.with.default`, {
      group,
      default: 'true',
      documentation: 'Whether null is replaced by the default of its column.',
    }),
  };
}

/**
 * Settings of `key.converter` or `value.converter`: from the connector when it names the converter itself, otherwise all of
 * them from the worker; the two are never mixed (Kafka Connect, ConnectorConfig).
 */
export function converterSettings(
  prefix: 'key.converter' | 'value.converter',
  connector: Config,
  worker: Config,
): { readonly settings: JsonConverterSettings; readonly problems: readonly SettingProblem[] } {
  const owner = connector[prefix] === undefined ? worker : connector;
  const { values, problems } = parseSettings(definitions(prefix), owner);
  const refusal = converterProblem(prefix, owner, JSON_CONVERTERS);
  const found = [...problems].flatMap(([setting, messages]) => messages.map((message) => ({ setting, message })));
  return { settings: values, problems: [...refusal, ...found] };
}

/** What is wrong with `header.converter`: headers are written as SimpleHeaderConverter does. */
export function headerConverterProblems(connector: Config, worker: Config): readonly SettingProblem[] {
  const prefix = 'header.converter';
  return converterProblem(prefix, connector[prefix] === undefined ? worker : connector, HEADER_CONVERTERS);
}

function converterProblem(setting: string, owner: Config, known: readonly string[]): SettingProblem[] {
  const name = owner[setting]?.trim();
  if (name === undefined || known.includes(name)) return [];
  return [
    { setting, message: `${setting} ${name} is not part of this version; the converter there is: ${known[0] ?? ''}` },
  ];
}
