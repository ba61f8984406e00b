import { ConnectorError } from '../../errors/connector-error.ts';
import { javaPattern } from '../../settings/java-pattern.ts';

/** How a missing topic is to be created; −1: the broker's default. */
export interface TopicPlan {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

interface Group extends TopicPlan {
  readonly matches: (topic: string) => boolean;
}

const PREFIX = 'topic.creation.';

function numberOf(config: Readonly<Record<string, string>>, key: string, inherited: number | undefined): number {
  const text = config[key];
  if (text === undefined) {
    if (inherited !== undefined) return inherited;
    throw new ConnectorError('CONFIG_INVALID', `Missing required configuration "${key}" which has no default value.`);
  }
  const value = Number(text.trim());
  if (!Number.isInteger(value) || value === 0 || value < -1)
    throw new ConnectorError(
      'CONFIG_INVALID',
      `Invalid value ${text} for configuration ${key}: it must be a positive number, or -1 for the broker's default`,
    );
  return value;
}

function groupOf(config: Readonly<Record<string, string>>, name: string, base: TopicPlan | undefined): Group {
  const prefix = `${PREFIX}${name}.`;
  const own = new Set(['include', 'exclude', 'replication.factor', 'partitions']);
  const configs: Record<string, string> = {};
  for (const [key, value] of Object.entries(config))
    if (key.startsWith(prefix) && !own.has(key.slice(prefix.length))) configs[key.slice(prefix.length)] = value;
  const patterns = (key: string): ((topic: string) => boolean)[] =>
    (config[`${prefix}${key}`] ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry) => {
        const pattern = patternOf(`${prefix}${key}`, entry);
        return (topic: string) => pattern.matches(topic);
      });
  const include = patterns('include');
  const exclude = patterns('exclude');
  return {
    partitions: numberOf(config, `${prefix}partitions`, base?.partitions),
    replicationFactor: numberOf(config, `${prefix}replication.factor`, base?.replicationFactor),
    configs,
    matches: (topic) => include.some((matches) => matches(topic)) && !exclude.some((matches) => matches(topic)),
  };
}

function patternOf(key: string, text: string): ReturnType<typeof javaPattern> {
  try {
    return javaPattern(text);
  } catch (error) {
    throw ConnectorError.from(error, 'CONFIG_INVALID', `Invalid value ${text} for configuration ${key}`);
  }
}

/**
 * The rules of `topic.creation.*` (KIP-158): the first group, in the order listed, whose patterns match the whole topic name, else
 * `default`. Undefined when the connector has no such key: then nothing is created by Connect, and the brokers decide.
 */
export function topicCreationRules(
  config: Readonly<Record<string, string>>,
): ((topic: string) => TopicPlan) | undefined {
  if (!Object.keys(config).some((key) => key.startsWith(PREFIX))) return undefined;
  const fallback = groupOf(config, 'default', undefined);
  const groups = (config[`${PREFIX}groups`] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'default')
    .map((name) => groupOf(config, name, fallback));
  return (topic) => groups.find((group) => group.matches(topic)) ?? fallback;
}
