import { unicodeEscape } from './name-adjustment.ts';
import type { TopicRoute } from './topic-route.ts';

/** Kafka's limit on the length of a topic name. */
const MAX_NAME_LENGTH = 249;

export interface TopicNames {
  readonly prefix: string;
  readonly delimiter: string;
  readonly heartbeatPrefix: string;
  readonly withoutSchema?: boolean;
  /** Whether codes stand for what a topic name may not have, and for the underscore that introduces them. */
  readonly unicode?: boolean;
  /** What becomes of the name of a table's topic. */
  readonly route?: TopicRoute | undefined;
  /** Last part of the topic of transactions. */
  readonly transaction: string;
}

/**
 * Where changes of a table go: `<prefix>.<schema>.<table>`, or `<prefix>.<table>` where names leave the schema out; made a valid
 * topic name, and then what the route makes of that.
 */
export function tableTopic(names: TopicNames, schema: string | null, table: string): string {
  const name = sanitizedTopic(plainName(names, schema, table), names.unicode);
  const routed = names.route?.topic.ofWhole(name) ?? '';
  return routed === '' ? name : routed;
}

/** What tells apart the keys of tables that share a topic: by the name that the topic would have, not made valid. */
export function tableIdentifier(names: TopicNames, schema: string | null, table: string): string {
  const name = plainName(names, schema, table);
  return names.route?.identifier?.ofWhole(name) ?? name;
}

function plainName({ prefix, delimiter, withoutSchema }: TopicNames, schema: string | null, table: string): string {
  const parts = [prefix, withoutSchema === true ? '' : (schema ?? ''), table];
  return parts.filter((part) => part.trim() !== '').join(delimiter);
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
 * (AbstractTopicNamingStrategy.sanitizedTopicName); or its code.
 */
export function sanitizedTopic(name: string, unicode = false): string {
  const replaced = unicode
    ? name.replaceAll(/[^A-Za-z0-9.-]/g, unicodeEscape)
    : name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  const valid = replaced.slice(0, MAX_NAME_LENGTH);
  return valid === '.' || valid === '..' ? valid.replaceAll('.', '_') : valid;
}
