import { choice, text } from '../../../settings/kinds.ts';

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
    ['io.debezium.schema.SchemaTopicNamingStrategy', 'io.debezium.schema.DefaultTopicNamingStrategy'],
    {
      ...topics,
      default: 'io.debezium.schema.SchemaTopicNamingStrategy',
      importance: 'LOW',
      documentation: 'How topics are named. Both names mean prefix, schema and table here.',
    },
  ),
};
