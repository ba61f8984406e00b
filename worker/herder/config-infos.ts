import { parsedText } from '../../settings/parse-settings.ts';
import type { Setting } from '../../settings/setting.ts';
import { isPlaceholder } from './masked-config.ts';
import { withoutSalts } from '../salted-keys.ts';
import { isSecretKey } from '../secret-keys.ts';

/** One setting's definition on the wire (Connect's ConfigKeyInfo). */
export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: string;
  readonly documentation: string;
  readonly group: string | null;
  readonly width: string;
  readonly display_name: string;
  readonly dependents: readonly string[];
  /** Place within its group; -1 without one. */
  readonly order: number;
}

/** One setting's value and what is wrong with it (Connect's ConfigValueInfo). */
export interface ConfigValueInfo {
  readonly name: string;
  readonly value: string | null;
  readonly recommended_values: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

/** `definition` is null for a key that nobody defines and that has an error. */
export interface ConfigInfo {
  readonly definition: ConfigKeyInfo | null;
  readonly value: ConfigValueInfo;
}

/** The answer of a validation (Connect's ConfigInfos). */
export interface ConfigInfos {
  /** `connector.class` as it was sent: an alias stays an alias. */
  readonly name: string;
  /** Number of error texts over all entries. */
  readonly error_count: number;
  readonly groups: readonly string[];
  readonly configs: readonly ConfigInfo[];
}

/** One plug-in (Connect's PluginInfo). */
export interface PluginInfo {
  readonly class: string;
  readonly type: 'sink' | 'source' | 'transformation' | 'predicate' | 'converter' | 'header_converter';
  readonly version?: string | null;
}

const hidden = '[hidden]';
/** Connect numbers some groups with one counter (ConnectorConfig, SourceConnectorConfig). */
const sharedCounter: ReadonlyMap<string, string> = new Map([
  ['Transforms', 'Common'],
  ['Predicates', 'Common'],
  ['Exactly Once Support', 'Topic Creation'],
]);

function groupOf({ group, order }: Setting<unknown>): string | null {
  return order === -1 ? null : group;
}

/** The definitions of settings as the plug-in endpoint shows them, in the given order. */
export function configKeyInfos(settings: readonly Setting<unknown>[]): ConfigKeyInfo[] {
  const counters = new Map<string, number>();
  return settings.map((setting) => {
    const counter = sharedCounter.get(setting.group) ?? setting.group;
    const order = setting.order ?? (counters.get(counter) ?? 0) + 1;
    if (setting.order === undefined) counters.set(counter, order);
    const fallback = setting.defaultText ?? null;
    return {
      name: setting.name,
      type: setting.type,
      required: setting.defaultText === undefined,
      default_value: fallback !== null && setting.type === 'PASSWORD' ? hidden : fallback,
      importance: setting.importance,
      documentation: setting.documentation,
      group: groupOf(setting),
      width: setting.width,
      display_name: setting.displayName,
      dependents: [],
      order,
    };
  });
}

/** What a validation found out, before it takes its shape on the wire. */
export interface Validation {
  /** `connector.class` as it was sent. */
  readonly className: string;
  /** Every setting that applies: the framework's, then the connector's. */
  readonly settings: readonly Setting<unknown>[];
  readonly config: Readonly<Record<string, string | null>>;
  /** Values that hold whatever the configuration says. */
  readonly implied?: Readonly<Record<string, string>>;
  /** Error texts by setting name, also of keys that nobody defines. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** The value in force: what was given as it parses, else the default; a null that was given stays one. */
function valueOf(setting: Setting<unknown>, given: string | null | undefined): string | null {
  if (given === undefined) return setting.defaultText ?? null;
  // A placeholder is shown as written; what it stands for was checked (Connect 4.2 and later).
  return given === null || /\$\{[^}]*\}/.test(given) ? given : parsedText(setting, given);
}

function shownValue(key: string, secret: boolean, value: string | null): string | null {
  // A value that only names where the secret is shows as it was written (Connect 4.2).
  return value !== null && (secret || isSecretKey(key)) && !isPlaceholder(value) ? hidden : value;
}

/** Connect's answer to a validation. Secrets read `[hidden]`; keys that nobody defines appear only when they have an error. */
export function configInfos({ className, settings, config, implied, problems }: Validation): ConfigInfos {
  const configs: ConfigInfo[] = configKeyInfos(settings).map((definition, index) => {
    const setting = settings[index];
    const given =
      setting === undefined ? null : valueOf(setting, implied?.[definition.name] ?? config[definition.name]);
    return {
      definition,
      value: {
        name: definition.name,
        value: shownValue(definition.name, definition.type === 'PASSWORD', given),
        recommended_values: setting?.recommended ?? [],
        errors: problems.get(definition.name) ?? [],
        visible: setting?.visible ?? true,
      },
    };
  });
  const defined = new Set(settings.map((setting) => setting.name));
  for (const [name, errors] of problems) {
    if (defined.has(name) || errors.length === 0) continue;
    const value = shownValue(name, false, config[name] ?? null);
    const shown = withoutSalts(name);
    configs.push({ definition: null, value: { name: shown, value, recommended_values: [], errors, visible: true } });
  }
  return {
    name: className,
    error_count: configs.reduce((count, entry) => count + entry.value.errors.length, 0),
    groups: [...new Set(settings.map(groupOf).filter((group) => group !== null))],
    configs,
  };
}

/** The text of a refused create or update: Connect's, one line per error. Undefined when there is none. */
export function refusalText(infos: ConfigInfos): string | undefined {
  if (infos.error_count === 0) return undefined;
  const errors = infos.configs.flatMap((entry) => entry.value.errors);
  return [
    `Connector configuration is invalid and contains the following ${infos.error_count} error(s):`,
    ...errors,
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ].join('\n');
}
