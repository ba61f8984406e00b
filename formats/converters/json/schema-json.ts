import type { Schema } from '../../../connectors/connect-data.ts';
import { ByteWriter } from '../../byte-writer.ts';
import { jsonString } from '../../json/json-text.ts';
import { writeJson, type JsonForm } from './write-json.ts';

/** The JSON of a schema, its members in JsonConverter's order; `field` last, for a member of a struct. */
export function schemaJson(schema: Schema, form: JsonForm, field?: string): string {
  const members = [`"type":"${schema.type}"`];
  if (schema.items !== undefined) members.push(`"items":${schemaJson(schema.items, form)}`);
  if (schema.keys !== undefined) members.push(`"keys":${schemaJson(schema.keys, form)}`);
  if (schema.values !== undefined) members.push(`"values":${schemaJson(schema.values, form)}`);
  if (schema.fields !== undefined)
    members.push(`"fields":[${schema.fields.map((each) => schemaJson(each.schema, form, each.name)).join(',')}]`);
  members.push(`"optional":${schema.optional}`);
  if (schema.name !== undefined) members.push(`"name":${jsonString(schema.name)}`);
  if (schema.version !== undefined) members.push(`"version":${schema.version}`);
  if (schema.doc !== undefined) members.push(`"doc":${jsonString(schema.doc)}`);
  if (schema.parameters !== undefined) {
    const pairs = Object.entries(schema.parameters).map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
    members.push(`"parameters":{${pairs.join(',')}}`);
  }
  if (schema.default !== undefined && schema.default !== null) {
    const out = new ByteWriter(64);
    writeJson(out, schema, schema.default, form);
    members.push(`"default":${out.bytes.toString('utf8', 0, out.at)}`);
  }
  if (field !== undefined) members.push(`"field":${jsonString(field)}`);
  return `{${members.join(',')}}`;
}
