import { javaPattern } from '../../settings/java-pattern.ts';
import { integer, list } from '../../settings/kinds.ts';
import { SettingValueError, type Setting } from '../../settings/setting.ts';

const prefix = 'topic.creation.';

/** -1 leaves it to the brokers (KIP-464). */
function countOrBrokerDefault(value: number): string | undefined {
  return value === -1 || value >= 1 ? undefined : "Value must be at least 1, or -1 for the brokers' default";
}

function patternProblem(patterns: readonly string[]): string | undefined {
  for (const pattern of patterns) {
    try {
      javaPattern(pattern);
    } catch (error) {
      if (!(error instanceof SettingValueError)) throw error;
      return error.message;
    }
  }
  return undefined;
}

/** The settings of one group; only `default` must have its numbers, the others inherit them (KIP-158). */
function groupSettings(alias: string): Setting<unknown>[] {
  const common = { group: `Topic Creation: ${alias}`, importance: 'LOW' } as const;
  const number = alias === 'default' ? ({ required: true } as const) : ({ optional: true } as const);
  const name = (setting: string): string => `${prefix}${alias}.${setting}`;
  const patterns = (setting: string, documentation: string) =>
    list(name(setting), { ...common, default: '', check: patternProblem, documentation });
  return [
    ...(alias === 'default'
      ? []
      : [
          patterns('include', 'Java regular expressions of the topics of this group, matched on the whole name.'),
          patterns('exclude', 'Java regular expressions of topics that are not of this group all the same.'),
        ]),
    integer(name('replication.factor'), 'SHORT', {
      ...common,
      ...number,
      check: countOrBrokerDefault,
      documentation: "Copies of a topic that is created; -1: the brokers' default.",
    }),
    integer(name('partitions'), 'INT', {
      ...common,
      ...number,
      check: countOrBrokerDefault,
      documentation: "Partitions of a topic that is created; -1: the brokers' default.",
    }),
  ];
}

/** The settings that `topic.creation.*` keys of a configuration bring with them; none without such a key. */
export function topicCreationSettings(config: Readonly<Record<string, string | null>>): Setting<unknown>[] {
  if (!Object.keys(config).some((key) => key.startsWith(prefix))) return [];
  const named = (config[`${prefix}groups`] ?? '').split(',').map((alias) => alias.trim());
  const aliases = new Set(['default', ...named.filter((alias) => alias !== '')]);
  return [...aliases].flatMap(groupSettings);
}
