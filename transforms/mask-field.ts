import { Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import { list, text } from '../settings/kinds.ts';
import { layout, notEmptyList, replaceNullWithDefault } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { emptied, replaced } from './mask-value.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { requireMap, requireStruct } from './requirements.ts';
import { fieldsOf, fieldValues } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'mask fields';

const settings = {
  fields: list('fields', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: notEmptyList,
    documentation: 'Fields to mask.',
  }),
  replacement: text('replacement', {
    ...layout,
    optional: true,
    importance: 'LOW',
    check: (value) => (value === '' ? 'String must be non-empty' : undefined),
    documentation:
      'What numbers and texts are replaced with. Unset: the empty value of the type, such as 0, false or the empty text.',
  }),
  replaceNullWithDefault,
};

/** Hides the values of fields; null stays null. */
class MaskField implements Transform {
  readonly #part: RecordPart;
  readonly #fields: ReadonlySet<string>;
  readonly #replacement: string | null;
  readonly #withDefault: boolean;

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    this.#part = part;
    this.#fields = new Set(values.fields);
    this.#replacement = values.replacement;
    this.#withDefault = values.replaceNullWithDefault;
  }

  apply(record: SourceRecord): SourceRecord {
    const schema = schemaOf(record, this.#part);
    const value = valueOf(record, this.#part);
    if (schema === null) {
      const given = requireMap(value, purpose);
      const updated = new Map(given);
      for (const name of this.#fields) updated.set(name, this.#masked(given.get(name) ?? null, null));
      return withPart(record, this.#part, null, updated);
    }
    const struct = requireStruct(value, schema, purpose);
    const values = fieldValues(struct, this.#withDefault);
    const masked = fieldsOf(schema).map((field, index) => {
      const found = values[index] ?? null;
      return this.#fields.has(field.name) ? this.#masked(found, field.schema) : found;
    });
    return withPart(record, this.#part, schema, new Struct(struct.schema, masked));
  }

  #masked(value: Value, schema: Schema | null): Value {
    if (value === null) return null;
    return this.#replacement === null ? emptied(value, schema) : replaced(value, schema, this.#replacement);
  }
}

export const maskField = keyAndValue({
  simpleName: 'MaskField',
  settings,
  create: (config, part) => new MaskField(config, part),
});
