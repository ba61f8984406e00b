import type { SettingProblem } from '../../connectors/source-connector.ts';
import { javaPattern } from '../../settings/java-pattern.ts';
import { JavaReplacement } from '../../settings/java-replacement.ts';
import { SettingValueError, type SettingValues } from '../../settings/setting.ts';
import type { topicSettings } from './settings/topics.ts';

/** What the naming strategies with Regex in their names do (AbstractRegexTopicNamingStrategy). */
export interface TopicRoute {
  readonly topic: JavaReplacement;
  /** Field of the keys that says which table a record is of; undefined: keys have none. */
  readonly keyField: string | undefined;
  /** Makes the value of that field from the name that the topic would have; undefined: it is that name. */
  readonly identifier: JavaReplacement | undefined;
}

type Config = Pick<
  SettingValues<typeof topicSettings>,
  | 'namingStrategy'
  | 'topicRegex'
  | 'topicReplacement'
  | 'topicKeyUnique'
  | 'topicKeyField'
  | 'topicKeyRegex'
  | 'topicKeyReplacement'
>;

/** The route of a configuration; undefined for strategies without, and where there are problems. */
export function topicRoute(config: Config): {
  readonly route: TopicRoute | undefined;
  readonly problems: SettingProblem[];
} {
  const problems: SettingProblem[] = [];
  if (!config.namingStrategy.includes('Regex')) return { route: undefined, problems };
  const topic = replacementOf(
    { setting: 'topic.regex', text: config.topicRegex },
    { setting: 'topic.replacement', text: config.topicReplacement },
    problems,
  );
  const keyField = config.topicKeyUnique ? config.topicKeyField : undefined;
  const isRead = keyField !== undefined && (config.topicKeyRegex ?? '') !== '';
  const identifier = isRead
    ? replacementOf(
        { setting: 'topic.key.field.regex', text: config.topicKeyRegex },
        { setting: 'topic.key.field.replacement', text: config.topicKeyReplacement },
        problems,
      )
    : undefined;
  return { route: topic === undefined ? undefined : { topic, keyField, identifier }, problems };
}

interface Given {
  readonly setting: string;
  readonly text: string | null;
}

function replacementOf(regex: Given, replacement: Given, problems: SettingProblem[]): JavaReplacement | undefined {
  const missing = [regex, replacement].filter(({ text }) => text === null || text === '');
  for (const { setting } of missing)
    problems.push({ setting, message: `${setting} must not be empty with this topic.naming.strategy` });
  if (missing.length > 0) return undefined;
  let current = regex;
  try {
    const pattern = javaPattern(regex.text ?? '');
    current = replacement;
    return new JavaReplacement(replacement.text ?? '', pattern);
  } catch (error) {
    if (!(error instanceof SettingValueError)) throw error;
    const { setting, text } = current;
    problems.push({ setting, message: `Invalid value ${text ?? ''} for configuration ${setting}: ${error.message}` });
    return undefined;
  }
}
