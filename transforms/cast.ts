import { Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import { list } from '../settings/kinds.ts';
import { castSpec, castSpecProblem } from './cast-spec.ts';
import { castValue, type CastTarget } from './cast-value.ts';
import { layout, replaceNullWithDefault } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { dataError, requireMap, requireStruct } from './requirements.ts';
import { schemaBasics, structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldsOf, fieldValues } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'cast types';

const settings = {
  spec: list('spec', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: castSpecProblem,
    documentation:
      'Fields and their new types as `field:type`, or one type for the whole key or value: int8, int16, int32, int64, float32, float64, boolean, string. Binary data can become a string only (Base64).',
  }),
  replaceNullWithDefault,
};

/** Gives fields, or the whole key or value, another type. */
class Cast implements Transform {
  readonly #part: RecordPart;
  readonly #whole: CastTarget | undefined;
  readonly #fields: ReadonlyMap<string, CastTarget>;
  readonly #withDefault: boolean;
  readonly #schemas = new SchemaCache((schema) => this.#updatedSchema(schema));

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    const { whole, fields } = castSpec(values.spec);
    this.#part = part;
    this.#whole = whole;
    this.#fields = fields;
    this.#withDefault = values.replaceNullWithDefault;
  }

  apply(record: SourceRecord): SourceRecord {
    const value = valueOf(record, this.#part);
    if (value === null) return record;
    const schema = schemaOf(record, this.#part);
    if (schema === null) return withPart(record, this.#part, null, this.#withoutSchema(value));
    const updated = this.#schemas.of(schema);
    if (this.#whole !== undefined) return withPart(record, this.#part, updated, castValue(value, schema, this.#whole));
    return withPart(record, this.#part, updated, this.#struct(requireStruct(value, schema, purpose), updated));
  }

  #withoutSchema(value: Value): Value {
    if (this.#whole !== undefined) return castValue(value, null, this.#whole);
    const given = requireMap(value, purpose);
    const updated = new Map(given);
    for (const [name, target] of this.#fields) updated.set(name, castValue(given.get(name) ?? null, null, target));
    return updated;
  }

  #struct(struct: Struct, updated: Schema): Struct {
    const values = fieldValues(struct, this.#withDefault);
    const cast = fieldsOf(struct.schema).map(({ name, schema }, index) => {
      const target = this.#fields.get(name);
      const value = values[index] ?? null;
      return target === undefined ? value : castValue(value, schema, target);
    });
    return new Struct(updated, cast);
  }

  #updatedSchema(schema: Schema): Schema {
    if (this.#whole !== undefined) return castSchema(schema, this.#whole, schemaBasics(schema));
    if (schema.type !== 'struct') throw dataError('Cannot list fields on non-struct type');
    const fields = fieldsOf(schema).map((field) => {
      const target = this.#fields.get(field.name);
      return target === undefined ? field : { ...field, schema: castSchema(field.schema, target, {}) };
    });
    const updated = structSchema(fields, schemaBasics(schema), schema.optional);
    return schema.default instanceof Struct ? { ...updated, default: this.#struct(schema.default, updated) } : updated;
  }
}

function castSchema(schema: Schema, type: CastTarget, basics: Partial<Schema>): Schema {
  const cast: Schema = { ...basics, type, optional: schema.optional };
  const { default: fallback = null } = schema;
  return fallback === null ? cast : { ...cast, default: castValue(fallback, schema, type) };
}

export const cast = keyAndValue({
  simpleName: 'Cast',
  settings,
  create: (config, part) => new Cast(config, part),
});
