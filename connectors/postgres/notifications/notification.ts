import { Struct, type Schema } from '../../connect-data.ts';
import type { SourceRecord } from '../../source-record.ts';

/** Something that an operator, or a program of theirs, wants to know, in Debezium's words. */
export interface Notification {
  /** Of the signal that it belongs to; else one of its own. */
  readonly id: string;
  readonly aggregateType: 'Initial Snapshot' | 'Incremental Snapshot' | 'Signal';
  /** e.g. `STARTED`. */
  readonly type: string;
  readonly additionalData: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

const text: Schema = { type: 'string', optional: false };
const keySchema: Schema = {
  type: 'struct',
  optional: false,
  name: 'io.debezium.connector.common.NotificationKey',
  version: 1,
  fields: [{ name: 'id', schema: text }],
};
const valueSchema: Schema = {
  type: 'struct',
  optional: false,
  name: 'io.debezium.connector.common.Notification',
  version: 1,
  fields: [
    { name: 'id', schema: text },
    { name: 'type', schema: text },
    { name: 'aggregate_type', schema: text },
    { name: 'additional_data', schema: { type: 'map', optional: true, keys: text, values: text } },
    { name: 'timestamp', schema: { type: 'int64', optional: false } },
  ],
};

/** The record of a notification, as Debezium's sink channel makes it (SchemaFactory, notification schemas of version 1). */
export function notificationRecord(
  { id, type, aggregateType, additionalData, timestampMs }: Notification,
  topic: string,
): SourceRecord {
  const data = new Map(Object.entries(additionalData));
  return {
    topic,
    partition: null,
    keySchema,
    key: new Struct(keySchema, [id]),
    valueSchema,
    value: new Struct(valueSchema, [id, type, aggregateType, data, BigInt(timestampMs)]),
    timestampMs: null,
    headers: [],
  };
}
