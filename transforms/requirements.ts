import { isMap, Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { javaClassName } from './java-class-name.ts';

/** A value without a schema that has named members. */
export type SchemalessMap = ReadonlyMap<Value, Value>;

/** A record that a transform cannot handle, in Connect's words (its DataException). */
export function dataError(message: string): ConnectorError {
  return new ConnectorError('RECORD_NOT_TRANSFORMED', message);
}

/** The value as a map; `purpose` as Connect names it in its messages, e.g. `field insertion`. */
export function requireMap(value: Value, purpose: string): SchemalessMap {
  if (isMap(value)) return value;
  throw dataError(
    `Only Map objects supported in absence of schema for [${purpose}], found: ${javaClassName(value, null)}`,
  );
}

export function requireMapOrNull(value: Value, purpose: string): SchemalessMap | null {
  return value === null ? null : requireMap(value, purpose);
}

/** The value as a struct; `schema` is the value's own, for the class that the message names. */
export function requireStruct(value: Value, schema: Schema, purpose: string): Struct {
  if (value instanceof Struct) return value;
  throw dataError(`Only Struct objects supported for [${purpose}], found: ${javaClassName(value, schema)}`);
}

export function requireStructOrNull(value: Value, schema: Schema, purpose: string): Struct | null {
  return value === null ? null : requireStruct(value, schema, purpose);
}
