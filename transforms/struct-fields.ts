import type { Field, Schema, Struct, Value } from '../connectors/connect-data.ts';

export function fieldsOf(schema: Schema): readonly Field[] {
  return schema.fields ?? [];
}

/** Place of a field; -1 when there is none. */
export function fieldIndex(schema: Schema, name: string): number {
  return fieldsOf(schema).findIndex((field) => field.name === name);
}

/**
 * Value of the field at a place. With `withDefault` the schema's default stands in for null, as Struct.get does in Connect
 * (the setting replace.null.with.default).
 */
export function fieldAt(struct: Struct, index: number, withDefault: boolean): Value {
  const value = struct.values[index] ?? null;
  return value === null && withDefault ? (struct.schema.fields?.[index]?.schema.default ?? null) : value;
}

/** All values in order, see fieldAt. */
export function fieldValues(struct: Struct, withDefault: boolean): readonly Value[] {
  return withDefault && struct.values.includes(null)
    ? struct.values.map((_, index) => fieldAt(struct, index, true))
    : struct.values;
}
