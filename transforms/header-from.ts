import { Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import type { RecordHeader, SourceRecord } from '../connectors/source-record.ts';
import { list } from '../settings/kinds.ts';
import { exactWord, layout, notEmptyList, replaceNullWithDefault } from './common-settings.ts';
import { configError, parsedConfig } from './configure.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { dataError, requireMap, requireStruct } from './requirements.ts';
import { schemaBasics, structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldAt, fieldIndex, fieldsOf } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const settings = {
  fields: list('fields', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: notEmptyList,
    documentation: 'Fields whose values become headers.',
  }),
  headers: list('headers', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: notEmptyList,
    documentation: 'Names of the headers, in the order of `fields`.',
  }),
  operation: exactWord('operation', ['move', 'copy'], {
    importance: 'HIGH',
    defaultText: undefined,
    documentation: 'Whether the fields leave the key or value (move) or stay there too (copy).',
  }),
  replaceNullWithDefault,
};

/** Places of the fields that stay, and the schema that has only them. */
interface Rest {
  readonly schema: Schema;
  readonly places: readonly number[];
}

/** Moves or copies fields of the key or value into headers. */
class HeaderFrom implements Transform {
  readonly #part: RecordPart;
  readonly #fields: readonly string[];
  readonly #headers: readonly string[];
  readonly #moves: boolean;
  readonly #withDefault: boolean;
  readonly #purpose: string;
  readonly #rest = new SchemaCache<Rest>((schema) => this.#restOf(schema));

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    if (values.fields.length !== values.headers.length)
      throw configError("'fields' config must have the same number of elements as 'headers' config.");
    this.#part = part;
    this.#fields = values.fields;
    this.#headers = values.headers;
    this.#moves = values.operation === 'move';
    this.#withDefault = values.replaceNullWithDefault;
    this.#purpose = `header ${values.operation}`;
  }

  apply(record: SourceRecord): SourceRecord {
    const schema = schemaOf(record, this.#part);
    return schema === null ? this.#withoutSchema(record) : this.#withSchema(record, schema);
  }

  #withoutSchema(record: SourceRecord): SourceRecord {
    const map = requireMap(valueOf(record, this.#part), this.#purpose);
    const rest = new Map(map);
    const added = this.#fields.map((field, index): RecordHeader => {
      if (this.#moves) rest.delete(field);
      return { key: this.#headers[index] ?? '', schema: null, value: map.get(field) ?? null };
    });
    return this.#withHeaders(withPart(record, this.#part, null, rest), added);
  }

  #withSchema(record: SourceRecord, schema: Schema): SourceRecord {
    const struct = requireStruct(valueOf(record, this.#part), schema, this.#purpose);
    const added = this.#fields.map((name, index): RecordHeader => {
      const place = fieldIndex(schema, name);
      const field = fieldsOf(schema)[place];
      if (field === undefined) throw dataError(`Unknown field: ${name}`);
      return {
        key: this.#headers[index] ?? '',
        schema: field.schema,
        value: fieldAt(struct, place, this.#withDefault),
      };
    });
    if (!this.#moves) return this.#withHeaders(record, added);
    const rest = this.#rest.of(schema);
    const values: Value[] = rest.places.map((place) => fieldAt(struct, place, this.#withDefault));
    return this.#withHeaders(withPart(record, this.#part, rest.schema, new Struct(rest.schema, values)), added);
  }

  #restOf(schema: Schema): Rest {
    const fields = fieldsOf(schema).filter(({ name }) => !this.#fields.includes(name));
    return {
      schema: structSchema(fields, schemaBasics(schema)),
      places: fields.map(({ name }) => fieldIndex(schema, name)),
    };
  }

  #withHeaders(record: SourceRecord, added: readonly RecordHeader[]): SourceRecord {
    return { ...record, headers: [...record.headers, ...added] };
  }
}

export const headerFrom = keyAndValue({
  simpleName: 'HeaderFrom',
  settings,
  create: (config, part) => new HeaderFrom(config, part),
});
