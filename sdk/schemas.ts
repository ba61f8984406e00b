import type { Schema } from '../connectors/connect-data.ts';

/** Schemas of simple values that may not be null. Make one optional with `optional`. */
export const schemas = {
  boolean: { type: 'boolean', optional: false },
  int32: { type: 'int32', optional: false },
  int64: { type: 'int64', optional: false },
  double: { type: 'double', optional: false },
  string: { type: 'string', optional: false },
  bytes: { type: 'bytes', optional: false },
} as const satisfies Record<string, Schema>;

/** The same schema for a value that may be null. */
export function optional(schema: Schema): Schema {
  return { ...schema, optional: true };
}

/** Schema of a struct, its fields in the order given. Make it once, not per record: converters keep what they derive from it. */
export function structSchema(name: string, fields: Readonly<Record<string, Schema>>): Schema {
  return {
    type: 'struct',
    optional: false,
    name,
    fields: Object.entries(fields).map(([field, schema]) => ({ name: field, schema })),
  };
}
