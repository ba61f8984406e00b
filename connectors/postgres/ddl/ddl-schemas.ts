import type { Field, Schema, SchemaType } from '../../connect-data.ts';

// Names as in Debezium's records of schema changes (MySQL connector, topic <topic.prefix>), as far as PostgreSQL has them.

function scalar(type: SchemaType, optional = false): Schema {
  return { type, optional };
}

function struct(name: string, fields: Readonly<Record<string, Schema>>, optional = false): Schema {
  const list: Field[] = Object.entries(fields).map(([field, schema]) => ({ name: field, schema }));
  return { type: 'struct', optional, name, version: 1, fields: list };
}

const text = scalar('string');
const optionalText = scalar('string', true);
const flag = scalar('boolean');

export const keySchema = struct('io.debezium.connector.postgresql.SchemaChangeKey', { databaseName: text });

/**
 * `lsn`: of the message in the log; `ordinal`: its place among the changes of its transaction. Of a definition (`snapshot` is `true`):
 * where streaming begins, and 0.
 */
export const sourceSchema = struct('io.debezium.connector.postgresql.SchemaChangeSource', {
  connector: text,
  name: text,
  ts_ms: scalar('int64'),
  ts_us: scalar('int64'),
  db: text,
  schema: text,
  table: text,
  txId: scalar('int64', true),
  lsn: scalar('int64'),
  commit_lsn: scalar('int64'),
  ordinal: scalar('int32'),
  snapshot: optionalText,
});

export const columnSchema = struct('io.debezium.connector.schema.Column', {
  name: text,
  typeName: text,
  typeExpression: text,
  position: scalar('int32'),
  optional: flag,
  autoIncremented: flag,
  generated: flag,
  hasDefaultValue: flag,
  defaultValueExpression: optionalText,
  comment: optionalText,
});

export const tableSchema = struct(
  'io.debezium.connector.schema.Table',
  {
    primaryKeyColumnNames: { type: 'array', optional: false, items: text },
    columns: { type: 'array', optional: false, items: columnSchema },
    comment: optionalText,
  },
  true,
);

export const changeSchema = struct('io.debezium.connector.schema.Change', { type: text, id: text, table: tableSchema });

export const valueSchema = struct('io.debezium.connector.postgresql.SchemaChangeValue', {
  source: sourceSchema,
  ts_ms: scalar('int64'),
  databaseName: text,
  schemaName: text,
  ddl: optionalText,
  tag: optionalText,
  user: optionalText,
  tableChanges: { type: 'array', optional: false, items: changeSchema },
});
