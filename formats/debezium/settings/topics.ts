import { choice, flag, integer, text } from '../../../settings/kinds.ts';

const topics = { group: 'Topics', width: 'MEDIUM' } as const;

/** Debezium lets nothing else into the parts of a topic name. */
function topicPart(value: string | null): string | undefined {
  return value === null || /^[A-Za-z0-9._-]+$/.test(value)
    ? undefined
    : 'only letters, digits, dot, underscore and hyphen are allowed';
}

export const topicSettings = {
  topicPrefix: text('topic.prefix', {
    ...topics,
    required: true,
    importance: 'HIGH',
    check: topicPart,
    documentation:
      'Name of this source: the first part of its topics, its name in every record and in the keys of its offsets. Never change it: the connector would start anew in other topics.',
  }),
  topicDelimiter: text('topic.delimiter', {
    ...topics,
    default: '.',
    importance: 'LOW',
    check: topicPart,
    documentation: 'Stands between prefix, schema and table in the name of a topic.',
  }),
  heartbeatPrefix: text('topic.heartbeat.prefix', {
    ...topics,
    default: '__debezium-heartbeat',
    importance: 'LOW',
    check: topicPart,
    documentation: 'First part of the name of the heartbeat topic; topic.prefix is the second.',
  }),
  transactionTopic: text('topic.transaction', {
    ...topics,
    default: 'transaction',
    importance: 'LOW',
    check: topicPart,
    documentation: 'Last part of the name of the topic of transactions; topic.prefix is the first.',
  }),
  namingStrategy: choice(
    'topic.naming.strategy',
    [
      'io.debezium.schema.SchemaTopicNamingStrategy',
      'io.debezium.schema.DefaultTopicNamingStrategy',
      'io.debezium.schema.SchemaRegexTopicNamingStrategy',
      'io.debezium.schema.DefaultRegexTopicNamingStrategy',
      'io.debezium.schema.SchemaUnicodeTopicNamingStrategy',
      'io.debezium.schema.DefaultUnicodeTopicNamingStrategy',
    ],
    {
      ...topics,
      default: 'io.debezium.schema.SchemaTopicNamingStrategy',
      importance: 'LOW',
      documentation:
        'How topics are named: SchemaTopicNamingStrategy by prefix, schema and table; DefaultTopicNamingStrategy by prefix and table, so that tables of the same name in several schemas share a topic. Those with Regex: what topic.replacement makes of names that topic.regex matches. Those with Unicode: _uXXXX, the code, for each character that a topic name may not have and for the underscore, so that no two tables share a topic.',
    },
  ),
  topicRegex: text('topic.regex', {
    ...topics,
    optional: true,
    importance: 'LOW',
    documentation:
      'With a naming strategy by Regex: Java regular expression that the whole name of the topic of a table must match for it to change.',
  }),
  topicReplacement: text('topic.replacement', {
    ...topics,
    optional: true,
    importance: 'LOW',
    documentation: 'The new name, with groups of topic.regex as $1.',
  }),
  topicKeyUnique: flag('topic.key.enforce.uniqueness', {
    ...topics,
    default: 'true',
    importance: 'LOW',
    documentation:
      'With a naming strategy by Regex: whether every key has a field that says which table the record is of, since tables that share a topic may have the same keys. Records of tables without key then have a key of this field alone.',
  }),
  topicKeyField: text('topic.key.field.name', {
    ...topics,
    default: '__dbz__physicalTableIdentifier',
    importance: 'LOW',
    documentation: 'Name of that field.',
  }),
  topicKeyRegex: text('topic.key.field.regex', {
    ...topics,
    optional: true,
    importance: 'LOW',
    documentation:
      'Java regular expression for the value of that field, which is the name that the topic would have: where it matches, topic.key.field.replacement stands for that name.',
  }),
  topicKeyReplacement: text('topic.key.field.replacement', {
    ...topics,
    optional: true,
    importance: 'LOW',
    documentation: 'The value of that field, with groups of topic.key.field.regex as $1.',
  }),
  topicCacheSize: integer('topic.cache.size', 'INT', {
    ...topics,
    default: '10000',
    importance: 'LOW',
    documentation: 'Accepted without effect: the name of a topic is kept with what is known of its table.',
  }),
};
