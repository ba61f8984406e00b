import { clientSettings } from '../../kafka/client-settings.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingValues } from '../../settings/setting.ts';
import { unknownKeys } from '../../settings/unknown-keys.ts';
import { foreignPrefixes, underPrefix } from './client-keys.ts';
import { withoutEffect } from './foreign-keys.ts';
import { advertisedScheme } from './advertised-address.ts';
import { parseListener } from './listener.ts';
import { restTlsProblems, restTlsSettings } from './rest-tls.ts';
import type { SettingsSource } from './settings-source.ts';
import { workerSettings } from './worker-settings.ts';

export type WorkerValues = SettingValues<typeof workerSettings>;

/** Something about a key that an operator should know, though the worker starts. */
export interface ConfigWarning {
  readonly setting: string;
  readonly origin: string | undefined;
  readonly message: string;
}

/** What a worker's keys say, and everything that is wrong with them, in the order of the definitions. */
export interface CheckedConfig {
  readonly values: WorkerValues;
  readonly problems: readonly string[];
  readonly warnings: readonly ConfigWarning[];
}

/** What a stranger needs to hear about required settings beside their name. */
const hints: Readonly<Record<string, string>> = {
  'bootstrap.servers': 'for example localhost:9092',
  'group.id': 'any name; workers with the same one form a cluster',
  'config.storage.topic': 'for example connect-configs',
  'offset.storage.topic': 'for example connect-offsets',
  'status.storage.topic': 'for example connect-status',
  'key.converter': 'for example org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'for example org.apache.kafka.connect.json.JsonConverter',
};

/** Values of given client settings that the Kafka client would refuse later, for the worker itself and under each prefix. */
function clientProblems(source: SettingsSource): [string, string][] {
  const own = new Set(Object.values(workerSettings).map((setting) => setting.name));
  return ['', 'producer.', 'consumer.', 'admin.'].flatMap((prefix) => {
    const { problems } = parseSettings(clientSettings, prefix === '' ? source.keys : underPrefix(source.keys, prefix));
    return [...problems].flatMap(([name, texts]) => {
      const key = `${prefix}${name}`;
      if (source.origin(key) === undefined || own.has(key)) return [];
      return texts.map((text): [string, string] => [
        key,
        text.replace(`configuration ${name}`, `configuration ${key}`),
      ]);
    });
  });
}

/** What the listeners, and who calls them, need of each other. */
function restProblems(values: WorkerValues, { keys }: SettingsSource): [string, string][] {
  const listeners = values.listeners.map(parseListener);
  const all = [...listeners, ...(values.adminListeners ?? []).map(parseListener)];
  const problems = restTlsProblems(
    keys,
    all.some(({ scheme }) => scheme === 'https'),
  );
  const scheme = advertisedScheme(listeners, values.restAdvertisedListener);
  if (values.restAdvertisedPort === null && listeners.every((listener) => listener.scheme !== scheme))
    problems.push([
      'rest.advertised.listener',
      `Invalid value ${scheme} for configuration rest.advertised.listener: there is no such listener; set rest.advertised.port (and rest.advertised.host.name) when something in front of this worker serves ${scheme}`,
    ]);
  if (!values.verificationAlgorithms.includes(values.signatureAlgorithm))
    problems.push([
      'inter.worker.signature.algorithm',
      `Invalid value ${values.signatureAlgorithm} for configuration inter.worker.signature.algorithm: it must be among inter.worker.verification.algorithms (${values.verificationAlgorithms.join(', ')})`,
    ]);
  return problems;
}

function crossProblems(values: WorkerValues, source: SettingsSource): [string, string][] {
  const problems = restProblems(values, source);
  if (values.heartbeatIntervalMs * 2 > values.sessionTimeoutMs)
    problems.push([
      'heartbeat.interval.ms',
      `Invalid value ${values.heartbeatIntervalMs} for configuration heartbeat.interval.ms: at least two heartbeats must fit into session.timeout.ms (${values.sessionTimeoutMs})`,
    ]);
  const topics = [values.configTopic, values.offsetTopic, values.statusTopic];
  if (new Set(topics).size < topics.length)
    problems.push([
      'offset.storage.topic',
      `config.storage.topic, offset.storage.topic and status.storage.topic must be three different topics, but are ${topics.join(', ')}`,
    ]);
  return problems;
}

function warningsOf(source: SettingsSource, known: readonly string[]): ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  const warn = (setting: string, message: string) =>
    warnings.push({ setting, origin: source.origin(setting), message });
  for (const key of source.repeated) warn(key, 'given more than once; the last one counts');
  if (source.keys['connect.protocol'] !== undefined)
    warn('connect.protocol', 'accepted without effect: workers speak one protocol of their own');
  for (const what of ['config', 'offset', 'status'])
    if (source.keys[`${what}.storage.cleanup.policy`] !== undefined)
      warn(`${what}.storage.cleanup.policy`, 'accepted without effect: the topic is always compacted');
  if (source.keys['config.storage.partitions'] !== undefined)
    warn('config.storage.partitions', 'accepted without effect: the config topic always has one partition');
  const others = Object.keys(source.keys).filter((key) => !known.includes(key));
  for (const key of others) {
    const reason = withoutEffect(key);
    if (reason !== undefined) warn(key, `accepted without effect: ${reason}`);
  }
  const strange = others.filter((key) => withoutEffect(key) === undefined);
  for (const { key, nearest } of unknownKeys(strange, known, foreignPrefixes))
    warn(key, nearest === undefined ? 'unknown setting' : `unknown setting; did you mean ${nearest}?`);
  return warnings;
}

/** Parses and checks the keys of a worker. Never throws for bad input: every problem is in the answer. */
export function checkWorkerKeys(source: SettingsSource): CheckedConfig {
  const { values, problems } = parseSettings(workerSettings, source.keys);
  const known = [
    ...[...Object.values(workerSettings), ...Object.values(clientSettings)].map((setting) => setting.name),
    ...Object.values(restTlsSettings).map(({ name }) => `listeners.https.${name}`),
  ];
  const found: [string, string][] = [...problems].flatMap(([key, texts]) =>
    texts.map((text): [string, string] => {
      const hint = source.origin(key) === undefined ? hints[key] : undefined;
      return [key, hint === undefined ? text : `${text} (${hint})`];
    }),
  );
  found.push(...clientProblems(source));
  if (found.length === 0) found.push(...crossProblems(values, source));
  return {
    values,
    problems: found.map(([key, text]) => {
      const origin = source.origin(key);
      return origin === undefined ? text : `${origin}: ${text}`;
    }),
    warnings: warningsOf(source, known),
  };
}
