import { isMap, Struct, type Field, type Schema, type Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import { text } from '../settings/kinds.ts';
import { layout } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { inferredType, javaClassText } from './java-class-name.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { dataError, requireMap, requireStruct, type SchemalessMap } from './requirements.ts';
import { schemaBasics, structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldAt, fieldsOf } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'flattening';

const settings = {
  delimiter: text('delimiter', {
    ...layout,
    default: '.',
    documentation: 'What stands between the names of the levels in the names of the fields that result.',
  }),
};

interface Level {
  readonly schema: Schema;
  readonly prefix: string;
  /** Whether anything above may be absent. */
  readonly optional: boolean;
  /** What the schema above says about this level when it is absent. */
  readonly fallback: Struct | null;
}

/** The fields of nested structs or maps become fields of the key or value itself. */
class Flatten implements Transform {
  readonly #part: RecordPart;
  readonly #delimiter: string;
  readonly #schemas = new SchemaCache((schema) => this.#flatSchema(schema));

  constructor(config: PluginConfig, part: RecordPart) {
    this.#part = part;
    this.#delimiter = parsedConfig(settings, config).delimiter;
  }

  apply(record: SourceRecord): SourceRecord {
    const schema = schemaOf(record, this.#part);
    const value = valueOf(record, this.#part);
    if (value === null) return record;
    if (schema === null) {
      const flat = new Map<Value, Value>();
      this.#flattenMap(requireMap(value, purpose), '', flat);
      return withPart(record, this.#part, null, flat);
    }
    const struct = requireStruct(value, schema, purpose);
    const updated = this.#schemas.of(schema);
    const values: Value[] = [];
    flattenStruct(struct.schema, struct, values);
    return withPart(record, this.#part, updated, new Struct(updated, values));
  }

  #name(prefix: string, name: string): string {
    return prefix === '' ? name : prefix + this.#delimiter + name;
  }

  #flattenMap(map: SchemalessMap, prefix: string, flat: Map<Value, Value>): void {
    for (const [key, value] of map) {
      const name = this.#name(prefix, keyText(key));
      if (isMap(value)) this.#flattenMap(value, name, flat);
      else if (value === null || inferredType(value) !== undefined) flat.set(name, value);
      else
        throw dataError(
          `Flatten transformation was passed a value of type ${javaClassText(value, null)} which is not supported by Connect's data API`,
        );
    }
  }

  #flatSchema(schema: Schema): Schema {
    const fallback = schema.default instanceof Struct ? schema.default : null;
    const fields = this.#flatFields({ schema, prefix: '', optional: schema.optional, fallback });
    return structSchema(fields, schemaBasics(schema));
  }

  #flatFields({ schema, prefix, optional, fallback }: Level): Field[] {
    return fieldsOf(schema).flatMap((field, index) => {
      const name = this.#name(prefix, field.name);
      const ownDefault = field.schema.default ?? null;
      const fieldDefault = ownDefault ?? (fallback === null ? null : fieldAt(fallback, index, true));
      const fieldOptional = optional || field.schema.optional;
      if (field.schema.type === 'struct')
        return this.#flatFields({
          schema: field.schema,
          prefix: name,
          optional: fieldOptional,
          fallback: fieldDefault instanceof Struct ? fieldDefault : null,
        });
      if (field.schema.type === 'map')
        throw dataError(`Flatten transformation does not support MAP for record with schemas (for field ${name}).`);
      const flat = { ...field.schema, optional: fieldOptional };
      return [{ name, schema: fieldDefault === null ? flat : { ...flat, default: fieldDefault } }];
    });
  }
}

function keyText(key: Value): string {
  return typeof key === 'object' ? JSON.stringify(key) : String(key);
}

/** The leaves in order; those of an absent struct are absent. */
function flattenStruct(schema: Schema, struct: Struct | null, values: Value[]): void {
  fieldsOf(schema).forEach((field, index) => {
    // A struct that is absent stays absent, whatever its default; its leaves have the defaults.
    const nested = field.schema.type === 'struct';
    const value = struct === null ? null : fieldAt(struct, index, !nested);
    if (nested) flattenStruct(field.schema, value instanceof Struct ? value : null, values);
    else values.push(value);
  });
}

export const flatten = keyAndValue({
  simpleName: 'Flatten',
  settings,
  create: (config, part) => new Flatten(config, part),
});
