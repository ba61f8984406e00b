import type { Field, Schema, SchemaType, Value } from '../connectors/connect-data.ts';
import { dataError } from './requirements.ts';
import { typeName } from './java-class-name.ts';

/** Name, version, documentation and parameters: what a copy of a schema keeps whatever becomes of its type. */
export function schemaBasics(schema: Schema): Partial<Schema> {
  return {
    ...(schema.name === undefined ? {} : { name: schema.name }),
    ...(schema.version === undefined ? {} : { version: schema.version }),
    ...(schema.doc === undefined ? {} : { doc: schema.doc }),
    ...(schema.parameters === undefined ? {} : { parameters: schema.parameters }),
  };
}

/** A struct schema. Throws for two fields of one name, in the words of Connect's SchemaBuilder. */
export function structSchema(fields: readonly Field[], rest: Partial<Schema> = {}, optional = false): Schema {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name)) throw dataError(`Cannot create field because of field name duplication ${name}`);
    seen.add(name);
  }
  return { ...rest, type: 'struct', optional, fields };
}

/** One of the schemas without name. */
export function plainSchema(type: SchemaType, optional: boolean): Schema {
  return optional ? optionalSchemas[type] : requiredSchemas[type];
}

function plainSchemas(optional: boolean): Readonly<Record<SchemaType, Schema>> {
  const of = (type: SchemaType): Schema => ({ type, optional });
  return {
    int8: of('int8'),
    int16: of('int16'),
    int32: of('int32'),
    int64: of('int64'),
    float: of('float'),
    double: of('double'),
    boolean: of('boolean'),
    string: of('string'),
    bytes: of('bytes'),
    array: of('array'),
    map: of('map'),
    struct: of('struct'),
  };
}

const requiredSchemas = plainSchemas(false);
const optionalSchemas = plainSchemas(true);

/** Throws for null where the schema needs a value, as Struct.put does. */
export function checkNull(schema: Schema, value: Value, field: string): void {
  if (value !== null || schema.optional) return;
  throw dataError(`Invalid value: null used for required field: "${field}", schema type: ${typeName(schema.type)}`);
}
