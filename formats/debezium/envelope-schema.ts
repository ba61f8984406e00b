import type { ColumnPlan } from './column-plan.ts';
import type { ConnectField, ConnectSchema } from './connect-schema.ts';

export const string: ConnectSchema = { type: 'string' };
export const optionalString: ConnectSchema = { type: 'string', optional: true };
export const int64: ConnectSchema = { type: 'int64' };
export const optionalInt64: ConnectSchema = { type: 'int64', optional: true };

const snapshot: ConnectSchema = {
  type: 'string',
  optional: true,
  name: 'io.debezium.data.Enum',
  version: 1,
  parameters: { allowed: 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental' },
  default: '"false"',
};

/** The source block of a PostgreSQL source, its fields in the order in which source-block.ts writes them. */
export const postgresSource: ConnectSchema = {
  type: 'struct',
  fields: fieldsOf({
    version: string,
    connector: string,
    name: string,
    ts_ms: int64,
    snapshot,
    db: string,
    sequence: optionalString,
    ts_us: optionalInt64,
    ts_ns: optionalInt64,
    schema: string,
    table: string,
    txId: optionalInt64,
    lsn: optionalInt64,
    xmin: optionalInt64,
    origin: optionalString,
    origin_lsn: optionalInt64,
  }),
  name: 'io.debezium.connector.postgresql.Source',
  version: 1,
};

/** Where a change stands in its transaction; null without provide.transaction.metadata. */
export const transactionBlock: ConnectSchema = {
  type: 'struct',
  fields: fieldsOf({ id: string, total_order: int64, data_collection_order: int64 }),
  optional: true,
  name: 'event.block',
  version: 1,
};

/** `identifier`: name of the field that says which table the key is of. */
export function keySchema(plans: readonly ColumnPlan[], name: string, identifier?: string): ConnectSchema {
  const more = identifier === undefined ? [] : [{ name: identifier, schema: string }];
  return { type: 'struct', fields: [...columnFields(plans), ...more], name };
}

/** The envelope of a table whose rows have these columns. Names are adjusted already. */
export function envelopeSchema(
  plans: readonly ColumnPlan[],
  names: { readonly row: string; readonly envelope: string },
): ConnectSchema {
  const row: ConnectSchema = { type: 'struct', fields: columnFields(plans), optional: true, name: names.row };
  return {
    type: 'struct',
    fields: fieldsOf({
      before: row,
      after: row,
      source: postgresSource,
      transaction: transactionBlock,
      op: string,
      ts_ms: optionalInt64,
      ts_us: optionalInt64,
      ts_ns: optionalInt64,
    }),
    name: names.envelope,
    version: 2,
  };
}

function columnFields(plans: readonly ColumnPlan[]): ConnectField[] {
  return plans.map(({ field, schema }) => ({ name: field, schema }));
}

export function fieldsOf(schemas: Readonly<Record<string, ConnectSchema>>): ConnectField[] {
  return Object.entries(schemas).map(([name, schema]) => ({ name, schema }));
}
