import { Decimal, logicalTypes, Struct, type Schema, type SchemaType, type Value } from '../connectors/connect-data.ts';

const bySchema: Partial<Record<SchemaType, string>> = {
  int8: 'java.lang.Byte',
  int16: 'java.lang.Short',
  int32: 'java.lang.Integer',
  int64: 'java.lang.Long',
  float: 'java.lang.Float',
  double: 'java.lang.Double',
};

/**
 * The name of the class that a value has in Connect, which its messages show and people search for. Without a schema a
 * number counts as the smallest of Integer, Long and Double that holds it.
 */
export function javaClassName(value: Value, schema: Schema | null): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') {
    const known = schema === null ? undefined : bySchema[schema.type];
    return known ?? numberClass(value);
  }
  if (typeof value === 'string') return 'java.lang.String';
  if (typeof value === 'boolean') return 'java.lang.Boolean';
  if (Buffer.isBuffer(value)) return 'java.nio.HeapByteBuffer';
  if (value instanceof Date) return 'java.util.Date';
  if (value instanceof Decimal) return 'java.math.BigDecimal';
  if (value instanceof Struct) return 'org.apache.kafka.connect.data.Struct';
  return Array.isArray(value) ? 'java.util.ArrayList' : 'java.util.HashMap';
}

/** With `class ` in front, as Java prints a Class object. */
export function javaClassText(value: Value, schema: Schema | null): string {
  return `class ${javaClassName(value, schema)}`;
}

function numberClass(value: number | bigint): string {
  if (typeof value === 'bigint') return 'java.lang.Long';
  if (!Number.isSafeInteger(value)) return 'java.lang.Double';
  return Math.abs(value) < 2 ** 31 ? 'java.lang.Integer' : 'java.lang.Long';
}

/** The type of a value without a schema, as ConnectSchema.schemaType infers it from its class; undefined when there is none. */
export function inferredType(value: Value): SchemaType | undefined {
  if (value === null) return undefined;
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int64' : 'double';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (Buffer.isBuffer(value)) return 'bytes';
  if (value instanceof Struct) return 'struct';
  // Connect maps Date and BigDecimal to a logical type's schema only: their classes have no type of their own.
  if (value instanceof Date || value instanceof Decimal) return undefined;
  return Array.isArray(value) ? 'array' : 'map';
}

const javaTypeNames: Partial<Record<SchemaType, string>> = { float: 'FLOAT32', double: 'FLOAT64' };

/** `INT32`, `FLOAT64`: Connect's Schema.Type in its messages and settings. */
export function typeName(type: SchemaType): string {
  return javaTypeNames[type] ?? type.toUpperCase();
}

/** ConnectSchema.toString. */
export function schemaText(schema: Schema): string {
  return schema.name === undefined
    ? `Schema{${typeName(schema.type)}}`
    : `Schema{${schema.name}:${typeName(schema.type)}}`;
}

/** Whether the schema is one of Connect's own Date, Time and Timestamp. */
export function isDateLike(schema: Schema): boolean {
  return (
    schema.name === logicalTypes.date || schema.name === logicalTypes.time || schema.name === logicalTypes.timestamp
  );
}
