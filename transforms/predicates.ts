import { javaPattern } from '../settings/java-pattern.ts';
import { text } from '../settings/kinds.ts';
import { javaRegexProblem } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { apacheVersion } from './plugin-definition.ts';
import type { PredicatePlugin } from './transform.ts';

const apachePackage = 'org.apache.kafka.connect.transforms.predicates';
const layout = { group: 'Predicates', width: 'NONE' } as const;

const headerSettings = {
  name: text('name', {
    ...layout,
    required: true,
    check: (name) => (name === '' ? 'String must be non-empty' : undefined),
    documentation: 'Name of the header.',
  }),
};

/** Records that have a header of a name. */
export const hasHeaderKey: PredicatePlugin = {
  className: `${apachePackage}.HasHeaderKey`,
  aliases: [],
  version: apacheVersion,
  settings: headerSettings,
  create: (config) => {
    const { name } = parsedConfig(headerSettings, config);
    return { test: ({ headers }) => headers.some(({ key }) => key === name) };
  },
};

/** Records without a value. */
export const recordIsTombstone: PredicatePlugin = {
  className: `${apachePackage}.RecordIsTombstone`,
  aliases: [],
  version: apacheVersion,
  settings: {},
  create: () => ({ test: ({ value }) => value === null }),
};

const topicSettings = {
  pattern: text('pattern', {
    ...layout,
    required: true,
    check: (pattern) => (pattern === '' ? 'String must be non-empty' : javaRegexProblem(pattern)),
    documentation: 'Java regular expression that the whole name of the topic matches.',
  }),
};

/** Records whose topic matches. */
export const topicNameMatches: PredicatePlugin = {
  className: `${apachePackage}.TopicNameMatches`,
  aliases: [],
  version: apacheVersion,
  settings: topicSettings,
  create: (config) => {
    const pattern = javaPattern(parsedConfig(topicSettings, config).pattern);
    return { test: ({ topic }) => pattern.matches(topic) };
  },
};
