/** Kafka's limit on the length of a topic name. */
const MAX_NAME_LENGTH = 249;

export interface TopicNames {
  readonly prefix: string;
  readonly delimiter: string;
  readonly heartbeatPrefix: string;
  /** Last part of the topic of transactions. */
  readonly transaction: string;
}

/** Where changes of a table go: `<prefix>.<schema>.<table>`, made a valid topic name. */
export function tableTopic(names: TopicNames, schema: string | null, table: string): string {
  const parts = [names.prefix, schema ?? '', table].filter((part) => part.trim() !== '');
  return sanitizedTopic(parts.join(names.delimiter));
}

export function heartbeatTopic(names: TopicNames): string {
  return `${names.heartbeatPrefix}${names.delimiter}${names.prefix}`;
}

export function transactionTopic(names: TopicNames): string {
  return `${names.prefix}${names.delimiter}${names.transaction}`;
}

/** Logical messages: behind a dot, whatever the delimiter is (LogicalDecodingMessageMonitor). */
export function messageTopic(names: TopicNames): string {
  return `${names.prefix}.message`;
}

/**
 * Every UTF-16 unit that a topic name may not have becomes an underscore, so two tables may share a topic, as in Debezium
 * (AbstractTopicNamingStrategy.sanitizedTopicName).
 */
export function sanitizedTopic(name: string): string {
  const valid = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, MAX_NAME_LENGTH);
  return valid === '.' || valid === '..' ? valid.replaceAll('.', '_') : valid;
}
