import type { ConnectSchema } from './connect-schema.ts';
import {
  fieldsOf,
  int64,
  optionalInt64,
  optionalString,
  postgresSource,
  string,
  transactionBlock,
} from './envelope-schema.ts';
import { adjustedSchemaName, type NameAdjustment } from './name-adjustment.ts';

/** The schemas of one kind of records that are about no table. */
export interface SideSchemas {
  readonly key: ConnectSchema;
  readonly value: ConnectSchema;
}

export const heartbeatSchemas: SideSchemas = {
  key: {
    type: 'struct',
    fields: fieldsOf({ serverName: string }),
    name: 'io.debezium.connector.common.ServerNameKey',
    version: 1,
  },
  value: {
    type: 'struct',
    fields: fieldsOf({ ts_ms: int64 }),
    name: 'io.debezium.connector.common.Heartbeat',
    version: 1,
  },
};

/** Of logical messages; `content`: how bytes are written. */
export function messageSchemas(content: ConnectSchema, adjustment: NameAdjustment): SideSchemas {
  const name = (last: string): string => adjustedSchemaName(`io.debezium.connector.postgresql.${last}`, adjustment);
  const message: ConnectSchema = {
    type: 'struct',
    fields: fieldsOf({ prefix: optionalString, content: { ...content, optional: true } }),
    name: name('Message'),
    version: 1,
  };
  return {
    key: { type: 'struct', fields: fieldsOf({ prefix: optionalString }), name: name('MessageKey'), version: 1 },
    value: {
      type: 'struct',
      fields: fieldsOf({
        op: string,
        ts_ms: optionalInt64,
        source: postgresSource,
        transaction: transactionBlock,
        message,
      }),
      name: name('MessageValue'),
      version: 1,
    },
  };
}

const collectionCounts: ConnectSchema = {
  type: 'struct',
  fields: fieldsOf({ data_collection: string, event_count: int64 }),
  optional: true,
  name: 'event.collection',
  version: 1,
};

/** Of begins and ends of transactions. */
export function transactionSchemas(adjustment: NameAdjustment): SideSchemas {
  const name = (last: string): string =>
    adjustedSchemaName(`io.debezium.connector.common.TransactionMetadata${last}`, adjustment);
  return {
    key: { type: 'struct', fields: fieldsOf({ id: string }), name: name('Key'), version: 1 },
    value: {
      type: 'struct',
      fields: fieldsOf({
        status: string,
        id: string,
        event_count: optionalInt64,
        data_collections: { type: 'array', items: collectionCounts, optional: true },
        ts_ms: int64,
      }),
      name: name('Value'),
      version: 1,
    },
  };
}
