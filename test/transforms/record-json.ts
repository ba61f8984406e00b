import { Decimal, logicalTypes, Struct, type Schema, type Value } from '../../connectors/connect-data.ts';
import type { SourceRecord } from '../../connectors/source-record.ts';
import { z } from 'zod';

type Json = z.infer<ReturnType<typeof z.json>>;

interface SchemaJson {
  type: Schema['type'];
  optional?: boolean | undefined;
  name?: string | undefined;
  version?: number | undefined;
  doc?: string | undefined;
  parameters?: Record<string, string> | undefined;
  default?: Json | undefined;
  fields?: { name: string; schema: SchemaJson }[] | undefined;
  items?: SchemaJson | undefined;
  keys?: SchemaJson | undefined;
  values?: SchemaJson | undefined;
}

const types = z.enum([
  ...(['int8', 'int16', 'int32', 'int64', 'float', 'double'] as const),
  ...(['boolean', 'string', 'bytes', 'array', 'map', 'struct'] as const),
]);

const schemaShape: z.ZodType<SchemaJson> = z.lazy(() =>
  z.strictObject({
    type: types,
    optional: z.boolean().optional(),
    name: z.string().optional(),
    version: z.number().optional(),
    doc: z.string().optional(),
    parameters: z.record(z.string(), z.string()).optional(),
    default: z.json().optional(),
    fields: z.array(z.strictObject({ name: z.string(), schema: schemaShape })).optional(),
    items: schemaShape.optional(),
    keys: schemaShape.optional(),
    values: schemaShape.optional(),
  }),
);

/** A record in JSON. Values with a schema are as it says; without one numbers and such carry a tag. */
export const recordShape = z.object({
  topic: z.string(),
  partition: z.number().nullable().default(null),
  keySchema: schemaShape.nullable(),
  key: z.json(),
  valueSchema: schemaShape.nullable(),
  value: z.json(),
  timestamp: z.number().nullable().default(null),
  headers: z.array(z.object({ key: z.string(), schema: schemaShape.nullable(), value: z.json() })).default([]),
});

export type RecordJson = z.infer<typeof recordShape>;

const pairs = z.array(z.tuple([z.json(), z.json()]));
const members = z.record(z.string(), z.json());
const dateNames: readonly (string | undefined)[] = [logicalTypes.date, logicalTypes.time, logicalTypes.timestamp];

export function recordOf(json: RecordJson): SourceRecord {
  const [keySchema, valueSchema] = [schemaOf(json.keySchema), schemaOf(json.valueSchema)];
  return {
    topic: json.topic,
    partition: json.partition,
    keySchema,
    key: valueOf(keySchema, json.key),
    valueSchema,
    value: valueOf(valueSchema, json.value),
    timestampMs: json.timestamp,
    headers: json.headers.map(({ key, schema: given, value }) => {
      const schema = schemaOf(given);
      return { key, schema, value: valueOf(schema, value) };
    }),
  };
}

function schemaOf(json: SchemaJson | null): Schema | null {
  return json === null ? null : requiredSchema(json);
}

function requiredSchema(json: SchemaJson): Schema {
  const { default: fallback, optional = false, fields, items, keys, values, name, version, doc, parameters } = json;
  const schema: Schema = {
    type: json.type,
    optional,
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(doc === undefined ? {} : { doc }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(fields === undefined
      ? {}
      : { fields: fields.map((f) => ({ name: f.name, schema: requiredSchema(f.schema) })) }),
    ...(items === undefined ? {} : { items: requiredSchema(items) }),
    ...(keys === undefined ? {} : { keys: requiredSchema(keys) }),
    ...(values === undefined ? {} : { values: requiredSchema(values) }),
  };
  return fallback === undefined ? schema : { ...schema, default: valueOf(schema, fallback) };
}

/** A leaf as text. */
function textOf(json: Json): string {
  return typeof json === 'string' ? json : JSON.stringify(json);
}

function decimalOf(text: string): Decimal {
  const [unscaled = '', scale = ''] = text.split(':');
  return new Decimal(BigInt(unscaled), Number(scale));
}

function valueOf(schema: Schema | null, json: Json): Value {
  if (json === null) return null;
  if (schema === null) return plainOf(json);
  if (schema.name === logicalTypes.decimal && schema.type === 'bytes') return decimalOf(textOf(json));
  if (dateNames.includes(schema.name) && typeof json === 'number') return new Date(json);
  switch (schema.type) {
    case 'int64':
      return BigInt(textOf(json));
    case 'float':
      return Math.fround(Number(json));
    case 'boolean':
      return json === true;
    case 'string':
      return textOf(json);
    case 'bytes':
      return Buffer.from(textOf(json), 'base64');
    case 'array':
      return z
        .array(z.json())
        .parse(json)
        .map((item) => valueOf(schema.items ?? null, item));
    case 'map':
      return new Map(
        pairs
          .parse(json)
          .map(([key, value]) => [valueOf(schema.keys ?? null, key), valueOf(schema.values ?? null, value)]),
      );
    case 'struct': {
      const given = members.parse(json);
      return new Struct(
        schema,
        (schema.fields ?? []).map((field) => valueOf(field.schema, given[field.name] ?? null)),
      );
    }
    default:
      return Number(json);
  }
}

function plainOf(json: Json): Value {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  const [[tag, inner] = ['', null]] = Object.entries(members.parse(json));
  switch (tag) {
    case 'l':
      return BigInt(textOf(inner));
    case 'b':
      return Buffer.from(textOf(inner), 'base64');
    case 'date':
      return new Date(Number(inner));
    case 'dec':
      return decimalOf(textOf(inner));
    case 'list':
      return z.array(z.json()).parse(inner).map(plainOf);
    case 'map':
      return new Map(pairs.parse(inner).map(([key, value]) => [plainOf(key), plainOf(value)]));
    default:
      return Number(inner);
  }
}

/** The record in JSON, for comparison with jsonOfRecord of the one that Java answered. */
export function jsonOfRecord(record: SourceRecord): Json {
  return {
    topic: record.topic,
    partition: record.partition,
    keySchema: jsonOfSchema(record.keySchema),
    key: jsonOf(record.keySchema, record.key),
    valueSchema: jsonOfSchema(record.valueSchema),
    value: jsonOf(record.valueSchema, record.value),
    timestamp: record.timestampMs,
    headers: record.headers.map(({ key, schema, value }) => ({
      key,
      schema: jsonOfSchema(schema),
      value: jsonOf(schema, value),
    })),
  };
}

function jsonOfSchema(schema: Schema | null): Json {
  if (schema === null) return null;
  const { type, optional, name = null, version = null, doc = null } = schema;
  return {
    ...{ type, optional, name, version, doc },
    parameters: { ...schema.parameters },
    default: jsonOf(schema, schema.default ?? null),
    fields: (schema.fields ?? []).map((field) => ({ name: field.name, schema: jsonOfSchema(field.schema) })),
    items: jsonOfSchema(schema.items ?? null),
    keys: jsonOfSchema(schema.keys ?? null),
    values: jsonOfSchema(schema.values ?? null),
  };
}

function jsonOf(schema: Schema | null, value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // Without a schema, numbers of one value are equal whatever Java class they have.
  if (typeof value === 'number' || typeof value === 'bigint')
    return { type: schema?.type ?? 'number', value: String(value) };
  if (value instanceof Date) return { ms: value.getTime() };
  if (value instanceof Decimal) return { decimal: `${value.unscaled}:${value.scale}` };
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  if (value instanceof Struct)
    return {
      struct: (value.schema.fields ?? []).map((field, index) => [
        field.name,
        jsonOf(field.schema, value.values[index] ?? null),
      ]),
    };
  if (Array.isArray(value)) return value.map((item) => jsonOf(schema?.items ?? null, item));
  const entries = [...value].map(([key, inner]) => [
    jsonOf(schema?.keys ?? null, key),
    jsonOf(schema?.values ?? null, inner),
  ]);
  return { map: entries.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)) };
}
