import type { ConnectorConfig, SettingProblem, SourceConnector } from '../../connectors/source-connector.ts';
import type { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { Setting, SettingMap } from '../../settings/setting.ts';
import { unknownKeys, type UnknownKey } from '../../settings/unknown-keys.ts';
import { chainSettings, type ChainSettings } from '../../transforms/chain-settings.ts';
import { connectorSettings, ownedPrefixes } from '../connector-settings.ts';
import type { PluginEntry, PluginRegistry } from '../plugins.ts';
import type { TransformRegistry } from '../transform-registry.ts';
import { clientOverrideSettings } from './client-override-settings.ts';
import type { Validation } from './config-infos.ts';
import { withConverters } from './converter-settings.ts';
import { exactlyOnceProblems } from './exactly-once-checks.ts';
import { frameworkProblems, withoutEffect, type WorkerRules } from './framework-checks.ts';
import { hasHiddenSalt } from '../salted-keys.ts';
import { masked, secretsOf } from './masked-config.ts';
import { RestError } from './rest-error.ts';
import { topicCreationSettings } from './topic-creation-settings.ts';
import { unavailable } from './plugin-version.ts';
import { withPluginVersion } from './with-plugin-version.ts';

/** A configuration as it comes over REST. */
export type GivenConfig = Readonly<Record<string, string | null>>;

export interface ValidationResult extends Validation {
  /** Keys that nobody defines. */
  readonly unknown: readonly UnknownKey[];
  /** What is accepted and changes nothing, in words. */
  readonly withoutEffect: readonly string[];
}

/** Formats and converters, as far as configurations are concerned: every connector that captures changes takes their settings. */
export interface FormatRules {
  readonly settings: SettingMap;
  /** The built-in ones, and those of the plug-in path that the configuration names. */
  converters(config: ConnectorConfig): Promise<ConverterRegistry>;
  /** Checks that need more than one setting; converters are among them. */
  problems(
    config: ConnectorConfig,
    output: SourceConnector['output'],
  ): readonly SettingProblem[] | Promise<readonly SettingProblem[]>;
}

export interface Validator {
  readonly plugins: PluginRegistry;
  readonly rules: WorkerRules;
  /** The worker's `key.converter`, `value.converter` and `header.converter`: what a configuration without its own gets. */
  readonly converters: Readonly<Record<string, string>>;
  /** Loaded at the first validation. */
  readonly formats: () => Promise<FormatRules>;
  /** Loaded at the first configuration that has transforms. */
  readonly transforms: () => Promise<TransformRegistry>;
}

/** The connector that a configuration names. RestError 400 with Connect's texts when it names none that is here. */
function entryOfConfig(plugins: PluginRegistry, config: GivenConfig): PluginEntry {
  const className = config['connector.class'];
  if (className === undefined || className === null)
    throw new RestError(400, 'Connector config contains no connector type: connector.class is missing');
  const entry = plugins.find(className);
  if (entry === undefined) throw new RestError(400, plugins.unknownText(className));
  return entry;
}

/** All settings of a connector, by name: the framework's, the formats', the connector's; a later one replaces an earlier. */
export function settingsOf(connector: SourceConnector, formatSettings: SettingMap): Setting<unknown>[] {
  const formats = connector.output === 'records' ? {} : formatSettings;
  const settings = [connectorSettings, formats, connector.settings].flatMap((map) => Object.values(map));
  return [...new Map(settings.map((setting) => [setting.name, setting])).values()];
}

class Problems {
  readonly found = new Map<string, string[]>();

  add(setting: string, text: string): void {
    const texts = this.found.get(setting);
    if (texts === undefined) this.found.set(setting, [text]);
    else texts.push(text);
  }
}

const noRange = 'Invalid value null for configuration tasks.max: Value must be non-null';

/** Each setting on its own, in Connect's words. */
function singleProblems(settings: readonly Setting<unknown>[], config: GivenConfig, problems: Problems): void {
  const nulls = Object.entries(config).filter(([, value]) => value === null);
  for (const [key] of nulls) {
    if (key === 'tasks.max') problems.add(key, noRange);
    problems.add(key, 'Null value can not be supplied as the configuration value.');
  }
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
  const parsed = parseSettings(Object.fromEntries(settings.map((setting) => [setting.name, setting])), given);
  for (const [key, texts] of parsed.problems)
    for (const text of texts) {
      if (config[key] === null) continue;
      problems.add(key, text);
      // Connect checks the range of the null that a failed parse leaves behind; clients count these errors.
      if (key === 'tasks.max' && text.endsWith('Not a number of type INT')) problems.add(key, noRange);
    }
}

/** What an answer shows in place of a secret is no value: nothing is stored that it could stand for. */
function maskProblems(settings: readonly Setting<unknown>[], config: GivenConfig, problems: Problems): void {
  const isSecret = secretsOf(new Set(settings.filter(({ type }) => type === 'PASSWORD').map(({ name }) => name)));
  for (const [key, value] of Object.entries(config)) {
    if (hasHiddenSalt(key))
      problems.add(key, `${key}: that is how the name of a stored setting is shown; give the salt itself`);
    if (value === masked && isSecret(key))
      problems.add(
        key,
        `Invalid value ${masked} for configuration ${key}: that is how a stored value is shown; give the value itself`,
      );
  }
}

/** The keys that have a value. */
export function withoutNulls(config: GivenConfig): ConnectorConfig {
  const clean: Record<string, string> = {};
  for (const [key, value] of Object.entries(config)) if (value !== null) clean[key] = value;
  return clean;
}

const noChain: ChainSettings = { settings: [], problems: [] };

/** What the lists `transforms` and `predicates` bring with them. */
async function chainOf(transforms: Validator['transforms'], config: GivenConfig): Promise<ChainSettings> {
  const given = [config['transforms'], config['predicates']].some((list) => (list ?? '').trim() !== '');
  if (!given) return noChain;
  const registry = await transforms();
  await registry.prepare(config);
  return chainSettings(config, registry);
}

/**
 * Checks a configuration: every setting on its own, then together, then, when all that is right, by the connector, which may ask
 * the live source. Problems are in the answer; RestError only when there is no connector to ask.
 */
export async function validateConfig(
  { plugins, rules, converters, formats, transforms }: Validator,
  config: GivenConfig,
  signal: AbortSignal,
): Promise<ValidationResult> {
  const entry = entryOfConfig(plugins, config);
  const [connector, format, chain] = await Promise.all([entry.load(), formats(), chainOf(transforms, config)]);
  const defined = [
    ...settingsOf(connector, format.settings),
    ...chain.settings,
    ...topicCreationSettings(config),
    ...clientOverrideSettings(config),
  ];
  const clean = withoutNulls(config);
  const registry = await format.converters(clean);
  const { settings, implied } = withConverters(withPluginVersion(defined, entry.version), registry, {
    config,
    worker: converters,
  });
  const problems = new Problems();
  singleProblems(settings, { ...config, ...implied }, problems);
  maskProblems(settings, config, problems);
  const versionProblem = unavailable(entry, config[connectorSettings.connectorPluginVersion.name] ?? null);
  if (versionProblem !== undefined)
    // Connect says so twice: the class and its version are checked by the same means.
    for (const key of ['connector.class', 'connector.plugin.version']) problems.add(key, versionProblem);
  const framework = parseSettings(connectorSettings, clean).values;
  for (const [setting, text] of frameworkProblems(config, rules)) problems.add(setting, text);
  for (const [setting, text] of chain.problems) problems.add(setting, text);
  const promises = { values: framework, config: clean, enabled: rules.exactlyOnce };
  for (const { setting, message } of exactlyOnceProblems(connector, promises)) problems.add(setting, message);
  if (problems.found.size === 0)
    for (const { setting, message } of await format.problems(clean, connector.output)) problems.add(setting, message);
  if (problems.found.size === 0)
    for (const { setting, message } of await connector.validate(clean, signal)) problems.add(setting, message);
  return {
    className: config['connector.class'] ?? '',
    settings,
    config,
    implied,
    problems: problems.found,
    unknown: unknownKeys(
      Object.keys(config),
      settings.map((setting) => setting.name),
      ownedPrefixes,
    ),
    withoutEffect: withoutEffect(framework, config, rules),
  };
}
