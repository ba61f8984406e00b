import type { SettingProblem } from '../../connectors/source-connector.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingValues } from '../../settings/setting.ts';
import type { JsonConverterOptions } from '../converters/json/json-converter.ts';
import { columnRules } from './columns/column-rules.ts';
import type { ColumnTreatment } from './columns/treatment.ts';
import { debeziumSettings } from './settings.ts';
import { topicRoute, type TopicRoute } from './topic-route.ts';
import type { ValueSettings } from './values/value-type.ts';

type Config = Readonly<Record<string, string>>;

/** A configuration as the format understands it. */
export interface DebeziumOptions {
  readonly settings: SettingValues<typeof debeziumSettings>;
  readonly key: JsonConverterOptions;
  readonly value: JsonConverterOptions;
  readonly placeholder: Buffer;
  readonly columns: ColumnTreatment;
  /** Of naming strategies by Regex. */
  readonly route: TopicRoute | undefined;
}

/** Reads a connector's configuration; everything that is wrong is in `problems`. `forms`: how keys and values are written. */
export function debeziumOptions(
  config: Config,
  { key, value }: Pick<DebeziumOptions, 'key' | 'value'>,
): { readonly options: DebeziumOptions; readonly problems: readonly SettingProblem[] } {
  const { values: settings, problems } = parseSettings(debeziumSettings, config);
  const { rules, problems: ruleProblems } = columnRules(config);
  const { route, problems: routeProblems } = topicRoute(settings);
  const own = [...problems].flatMap(([setting, messages]) => messages.map((message) => ({ setting, message })));
  return {
    options: {
      settings,
      key,
      value,
      placeholder: placeholderBytes(settings.unavailablePlaceholder),
      columns: {
        rules,
        sourceTypeOfColumns: settings.columnSourceType,
        sourceTypeOfTypes: settings.datatypeSourceType,
        comments: settings.schemaComments,
      },
      route,
    },
    problems: [...own, ...ruleProblems, ...routeProblems],
  };
}

/** `hex:` in front gives the bytes themselves. */
function placeholderBytes(text: string): Buffer {
  return text.startsWith('hex:') ? Buffer.from(text.slice(4), 'hex') : Buffer.from(text, 'utf8');
}

/** How values are written in keys or in values. */
export function valueSettings(
  { settings, placeholder }: DebeziumOptions,
  converter: JsonConverterOptions,
): ValueSettings {
  return { ...settings, placeholder, decimalFormat: converter.decimalFormat };
}
