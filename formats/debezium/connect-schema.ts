import { jsonString } from '../json/json-text.ts';

export interface ConnectField {
  readonly name: string;
  readonly schema: ConnectSchema;
}

/** A Kafka Connect schema as JsonConverter writes it. */
export interface ConnectSchema {
  readonly type:
    'boolean' | 'int16' | 'int32' | 'int64' | 'float' | 'double' | 'bytes' | 'string' | 'array' | 'map' | 'struct';
  readonly items?: ConnectSchema;
  readonly keys?: ConnectSchema;
  readonly values?: ConnectSchema;
  readonly fields?: readonly ConnectField[];
  /** Default: false. */
  readonly optional?: boolean;
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The default value as JSON text. */
  readonly default?: string;
}

/** The JSON of a schema, its members in JsonConverter's order; `field` last, for a member of a struct. */
export function schemaJson(schema: ConnectSchema, field?: string): string {
  const members = [`"type":"${schema.type}"`];
  if (schema.items !== undefined) members.push(`"items":${schemaJson(schema.items)}`);
  if (schema.keys !== undefined) members.push(`"keys":${schemaJson(schema.keys)}`);
  if (schema.values !== undefined) members.push(`"values":${schemaJson(schema.values)}`);
  if (schema.fields !== undefined)
    members.push(`"fields":[${schema.fields.map((member) => schemaJson(member.schema, member.name)).join(',')}]`);
  members.push(`"optional":${schema.optional ?? false}`);
  if (schema.name !== undefined) members.push(`"name":${jsonString(schema.name)}`);
  if (schema.version !== undefined) members.push(`"version":${schema.version}`);
  if (schema.doc !== undefined) members.push(`"doc":${jsonString(schema.doc)}`);
  if (schema.parameters !== undefined) {
    const pairs = Object.entries(schema.parameters).map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
    members.push(`"parameters":{${pairs.join(',')}}`);
  }
  if (schema.default !== undefined) members.push(`"default":${schema.default}`);
  if (field !== undefined) members.push(`"field":${jsonString(field)}`);
  return `{${members.join(',')}}`;
}
