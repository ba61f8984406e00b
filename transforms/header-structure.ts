import type { Schema, SchemaType, Value } from '../connectors/connect-data.ts';
import { parseScalar, parseTemporal, type SchemaAndValue } from './header-scalar.ts';
import { plainSchema } from './schema-building.ts';

/** `[1, 2]` and `{"a": 1}` as a list and a map; undefined for a text that is neither, or whose parts have no type in common. */
export function parseStructure(text: string): SchemaAndValue | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  const reader = new StructureReader(text);
  const found = reader.value(0);
  return reader.atEnd ? found : undefined;
}

// A header is written by hand; this bounds the recursion.
const MAX_DEPTH = 50;
const temporal = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d\.\d{3}Z)?|^\d\d:\d\d:\d\d\.\d{3}Z/;

class StructureReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#rest().trim() === '';
  }

  value(depth: number): SchemaAndValue | undefined {
    if (depth > MAX_DEPTH) return undefined;
    if (this.#accept('[')) return this.#list(depth);
    if (this.#accept('{')) return this.#map(depth);
    if (this.#accept('"')) return this.#quoted();
    const token = (temporal.exec(this.#rest()) ?? /^[^,:{}[\]"]+/.exec(this.#rest()))?.[0];
    if (token === undefined) return undefined;
    this.#at += token.length;
    return parseScalar(token.trim());
  }

  #list(depth: number): SchemaAndValue | undefined {
    const items: SchemaAndValue[] = [];
    while (!this.#accept(']')) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.#accept(',') && !this.#peek(']')) return undefined;
    }
    if (items.every(({ schema }) => schema === null))
      return { schema: { type: 'array', optional: false }, value: items.map(({ value }) => value) };
    const schema = commonSchema(items);
    if (schema === undefined) return undefined;
    return {
      schema: { type: 'array', optional: false, items: schema },
      value: items.map((item) => aligned(item, schema)),
    };
  }

  #map(depth: number): SchemaAndValue | undefined {
    const keys: SchemaAndValue[] = [];
    const values: SchemaAndValue[] = [];
    while (!this.#accept('}')) {
      const key = this.value(depth + 1);
      if (key === undefined || key.value === null || !this.#accept(':')) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      keys.push(key);
      values.push(value);
      this.#accept(',');
    }
    if (keys.length === 0) return { schema: { type: 'map', optional: false }, value: new Map() };
    const keySchema = commonSchema(keys);
    const valueSchema = commonSchema(values);
    if (keySchema === undefined || valueSchema === undefined) return undefined;
    const entries = keys.map((key, index): [Value, Value] => {
      const value = values[index];
      return [aligned(key, keySchema), value === undefined ? null : aligned(value, valueSchema)];
    });
    return { schema: { type: 'map', optional: false, keys: keySchema, values: valueSchema }, value: new Map(entries) };
  }

  #quoted(): SchemaAndValue | undefined {
    const end = this.#text.indexOf('"', this.#at);
    if (end < 0) return undefined;
    const content = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return parseTemporal(content) ?? { schema: plainSchema('string', false), value: content };
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #peek(sign: string): boolean {
    return this.#rest().trimStart().startsWith(sign);
  }

  #accept(sign: string): boolean {
    if (!this.#peek(sign)) return false;
    this.#at = this.#text.indexOf(sign, this.#at) + 1;
    return true;
  }
}

const widening: readonly SchemaType[] = ['int8', 'int16', 'int32', 'int64', 'float', 'double'];

/** The schema that all have, or the widest of several numbers; undefined when they have none in common, nulls included. */
function commonSchema(parts: readonly SchemaAndValue[]): Schema | undefined {
  let common: Schema | undefined;
  for (const { schema } of parts) {
    if (schema === null) return undefined;
    if (common === undefined) {
      common = schema;
      continue;
    }
    const [left, right] = [widening.indexOf(common.type), widening.indexOf(schema.type)];
    if (common.type === schema.type && common.name === schema.name) continue;
    if (left < 0 || right < 0) return undefined;
    if (right > left) common = schema;
  }
  return common;
}

function aligned({ value }: SchemaAndValue, schema: Schema): Value {
  if (typeof value === 'number' && schema.type === 'int64') return BigInt(value);
  return typeof value === 'bigint' && (schema.type === 'float' || schema.type === 'double') ? Number(value) : value;
}
