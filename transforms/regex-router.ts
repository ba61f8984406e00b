import { javaPattern } from '../settings/java-pattern.ts';
import { JavaReplacement } from '../settings/java-replacement.ts';
import { text } from '../settings/kinds.ts';
import { SettingValueError } from '../settings/setting.ts';
import { javaRegexProblem, layout } from './common-settings.ts';
import { configError, parsedConfig } from './configure.ts';
import { apacheTransform } from './plugin-definition.ts';
import type { PluginConfig, Transform } from './transform.ts';

const settings = {
  regex: text('regex', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: javaRegexProblem,
    documentation: 'Java regular expression that the whole name of the topic must match for it to change.',
  }),
  replacement: text('replacement', {
    ...layout,
    required: true,
    importance: 'HIGH',
    documentation: 'The new name, with groups of the expression as `$1` or `${name}`.',
  }),
};

// More topics than one task writes to; a route costs a match of the expression, 1 µs.
const MAX_KNOWN = 10_000;

/** Renames topics whose name matches. */
class RegexRouter implements Transform {
  readonly #routes = new Map<string, string>();
  readonly #replacement: JavaReplacement;

  constructor(config: PluginConfig) {
    const values = parsedConfig(settings, config);
    this.#replacement = replacementOf(values.replacement, javaPattern(values.regex));
  }

  apply: Transform['apply'] = (record) => {
    let topic = this.#routes.get(record.topic);
    if (topic === undefined) {
      topic = this.#replacement.ofWhole(record.topic) ?? record.topic;
      if (this.#routes.size < MAX_KNOWN) this.#routes.set(record.topic, topic);
    }
    return topic === record.topic ? record : { ...record, topic };
  };
}

function replacementOf(given: string, pattern: ReturnType<typeof javaPattern>): JavaReplacement {
  try {
    return new JavaReplacement(given, pattern);
  } catch (error) {
    if (!(error instanceof SettingValueError)) throw error;
    throw configError(`Invalid value ${given} for configuration replacement: ${error.message}`, error);
  }
}

export const regexRouter = apacheTransform({
  simpleName: 'RegexRouter',
  settings,
  create: (config) => new RegexRouter(config),
});
