import type { Schema } from '../../connectors/connect-data.ts';
import { readJson } from '../converters/json/read-json.ts';
import type { ConnectSchema } from './connect-schema.ts';

/**
 * A schema of the format as Kafka Connect's data has it. `made`: one schema object gives one, as often as it occurs, since
 * schemas serve as identities.
 */
export function plainSchema(schema: ConnectSchema, made: Map<ConnectSchema, Schema> = new Map()): Schema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const { items, keys, values, fields, default: json, optional = false, ...rest } = schema;
  const plain: Schema = {
    ...rest,
    optional,
    ...(items !== undefined && { items: plainSchema(items, made) }),
    ...(keys !== undefined && { keys: plainSchema(keys, made) }),
    ...(values !== undefined && { values: plainSchema(values, made) }),
    ...(fields !== undefined && {
      fields: fields.map((field) => ({ name: field.name, schema: plainSchema(field.schema, made) })),
    }),
  };
  const complete = json === undefined ? plain : { ...plain, default: readJson(json, plain) };
  made.set(schema, complete);
  return complete;
}
