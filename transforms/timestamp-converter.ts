import { Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import { text } from '../settings/kinds.ts';
import { dateFormatProblem, exactWord, layout, replaceNullWithDefault } from './common-settings.ts';
import { configError, parsedConfig } from './configure.ts';
import { JavaDateFormat } from './java-date/java-date-format.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { requireMap, requireStructOrNull } from './requirements.ts';
import { schemaBasics, structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldIndex, fieldsOf, fieldValues } from './struct-fields.ts';
import {
  fromMoment,
  kindOfSchema,
  kindOfValue,
  schemaOfKind,
  timestampKinds,
  toMoment,
  unixPrecisions,
  type TimestampForms,
  type TimestampKind,
} from './timestamp-kinds.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'converting timestamp formats';

const settings = {
  field: text('field', {
    ...layout,
    default: '',
    importance: 'HIGH',
    documentation: 'The field that holds the timestamp; empty: the whole key or value is one.',
  }),
  targetType: exactWord('target.type', timestampKinds, {
    importance: 'HIGH',
    defaultText: undefined,
    documentation: 'What the timestamp becomes.',
  }),
  format: text('format', {
    ...layout,
    default: '',
    check: dateFormatProblem,
    documentation:
      'Format as java.text.SimpleDateFormat has it, in UTC: of the text that results, or of the text that is read.',
  }),
  precision: exactWord('unix.precision', unixPrecisions, {
    importance: 'LOW',
    defaultText: 'milliseconds',
    documentation:
      'Unit of the number that results (target.type=unix) or that is read. What is finer than a millisecond is lost.',
  }),
  replaceNullWithDefault,
};

/** Turns a timestamp into another form: text, number, or one of Connect's own types. */
class TimestampConverter implements Transform {
  readonly #part: RecordPart;
  readonly #field: string;
  readonly #target: TimestampKind;
  readonly #forms: TimestampForms;
  readonly #withDefault: boolean;
  readonly #schemas = new SchemaCache((schema) => this.#updatedSchema(schema));

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    const blank = values.format.trim() === '';
    if (values.targetType === 'string' && blank)
      throw configError('TimestampConverter requires format option to be specified when using string timestamps');
    this.#part = part;
    this.#field = values.field;
    this.#target = values.targetType;
    this.#forms = { format: blank ? undefined : new JavaDateFormat(values.format), precision: values.precision };
    this.#withDefault = values.replaceNullWithDefault;
  }

  apply(record: SourceRecord): SourceRecord {
    const schema = schemaOf(record, this.#part);
    const value = valueOf(record, this.#part);
    if (schema === null) return withPart(record, this.#part, null, this.#withoutSchema(value));
    if (this.#field === '')
      return withPart(
        record,
        this.#part,
        schemaOfKind(this.#target, schema.optional),
        this.#convert(value, schema, kindOfSchema(schema)),
      );
    const struct = requireStructOrNull(value, schema, purpose);
    const updated = this.#schemas.of(schema);
    return withPart(record, this.#part, updated, struct === null ? null : this.#struct(struct, updated));
  }

  #withoutSchema(value: Value): Value {
    if (value === null) return null;
    if (this.#field === '') return this.#convert(value, null, kindOfValue(value));
    const map = new Map(requireMap(value, purpose));
    const found = map.get(this.#field) ?? null;
    return map.set(this.#field, found === null ? null : this.#convert(found, null, kindOfValue(found)));
  }

  #convert(value: Value, schema: Schema | null, kind: TimestampKind): Value {
    if (value === null) return null;
    return fromMoment(this.#target, toMoment(kind, value, this.#forms, schema), this.#forms);
  }

  #struct(struct: Struct, updated: Schema): Struct {
    const place = fieldIndex(struct.schema, this.#field);
    const values = [...fieldValues(struct, this.#withDefault)];
    const field = fieldsOf(struct.schema)[place];
    if (field !== undefined)
      values[place] = this.#convert(values[place] ?? null, field.schema, kindOfSchema(field.schema));
    return new Struct(updated, values);
  }

  #updatedSchema(schema: Schema): Schema {
    const fields = fieldsOf(schema).map((field) =>
      field.name === this.#field ? { ...field, schema: schemaOfKind(this.#target, field.schema.optional) } : field,
    );
    const updated = structSchema(fields, schemaBasics(schema), schema.optional);
    return schema.default instanceof Struct ? { ...updated, default: this.#struct(schema.default, updated) } : updated;
  }
}

export const timestampConverter = keyAndValue({
  simpleName: 'TimestampConverter',
  settings,
  create: (config, part) => new TimestampConverter(config, part),
});
