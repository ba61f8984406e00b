import { logicalTypes, Struct, type Field, type Schema, type Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import { text } from '../settings/kinds.ts';
import { layout, replaceNullWithDefault } from './common-settings.ts';
import { configError, parsedConfig } from './configure.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { requireMap, requireStruct } from './requirements.ts';
import { plainSchema, schemaBasics, structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldsOf, fieldValues } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'field insertion';
const suffixes = 'With `!` at its end the field is required, with `?` or nothing optional.';

function fieldName(name: string, what: string) {
  return text(name, {
    ...layout,
    optional: true,
    check: (spec) => (/^[!?]?$/.test(spec) ? 'Field name must not be empty' : undefined),
    documentation: `Name of the field for ${what}. ${suffixes}`,
  });
}

const settings = {
  topic: fieldName('topic.field', 'the topic'),
  partition: fieldName('partition.field', 'the partition'),
  offset: text('offset.field', {
    ...layout,
    optional: true,
    check: () => 'The offset is known only after a record was written, so this is for sink connectors',
    documentation: 'Name of the field for the offset. For sink connectors: must be unset.',
  }),
  timestamp: fieldName('timestamp.field', "the record's timestamp"),
  staticField: fieldName('static.field', 'static.value'),
  staticValue: text('static.value', { ...layout, optional: true, documentation: 'Value of static.field.' }),
  replaceNullWithDefault,
};

/** One field to insert; `read` answers null when the record has nothing for it. */
interface Insertion {
  readonly field: Field;
  readonly read: (record: SourceRecord) => Value;
  /** Without a schema a timestamp is a number. */
  readonly readPlain?: (record: SourceRecord) => Value;
}

function insertion(
  spec: string | null,
  schemaFor: (optional: boolean) => Schema,
  reads: Omit<Insertion, 'field'>,
): Insertion[] {
  if (spec === null) return [];
  const marked = /[!?]$/.test(spec);
  const schema = schemaFor(!spec.endsWith('!'));
  return [{ field: { name: marked ? spec.slice(0, -1) : spec, schema }, ...reads }];
}

function timestampSchema(optional: boolean): Schema {
  return { type: 'int64', optional, name: logicalTypes.timestamp, version: 1 };
}

/** Adds facts about the record, or a fixed text, to its key or value. */
class InsertField implements Transform {
  readonly #part: RecordPart;
  readonly #withDefault: boolean;
  readonly #insertions: readonly Insertion[];
  readonly #schemas = new SchemaCache((schema) =>
    structSchema([...fieldsOf(schema), ...this.#insertions.map(({ field }) => field)], schemaBasics(schema)),
  );

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    this.#part = part;
    this.#withDefault = values.replaceNullWithDefault;
    const string = (optional: boolean) => plainSchema('string', optional);
    if (values.staticField !== null && values.staticValue === null)
      throw configError(
        `Invalid value null for configuration static.value: No value specified for static field: ${values.staticField}`,
      );
    this.#insertions = [
      ...insertion(values.topic, string, { read: ({ topic }) => topic }),
      ...insertion(values.partition, (optional) => plainSchema('int32', optional), {
        read: ({ partition }) => partition,
      }),
      ...insertion(values.timestamp, timestampSchema, {
        read: ({ timestampMs }) => (timestampMs === null ? null : new Date(timestampMs)),
        readPlain: ({ timestampMs }) => (timestampMs === null ? null : BigInt(timestampMs)),
      }),
      ...insertion(values.staticField, string, { read: () => values.staticValue }),
    ];
    if (this.#insertions.length === 0) throw configError('No field insertion configured');
  }

  apply(record: SourceRecord): SourceRecord {
    const value = valueOf(record, this.#part);
    if (value === null) return record;
    const schema = schemaOf(record, this.#part);
    if (schema === null) {
      const updated = new Map(requireMap(value, purpose));
      for (const { field, read, readPlain = read } of this.#insertions) {
        const inserted = readPlain(record);
        if (inserted !== null) updated.set(field.name, inserted);
      }
      return withPart(record, this.#part, null, updated);
    }
    const struct = requireStruct(value, schema, purpose);
    const updated = this.#schemas.of(schema);
    const inserted = this.#insertions.map(({ read }) => read(record));
    const values = [...fieldValues(struct, this.#withDefault), ...inserted];
    return withPart(record, this.#part, updated, new Struct(updated, values));
  }
}

export const insertField = keyAndValue({
  simpleName: 'InsertField',
  settings,
  create: (config, part) => new InsertField(config, part),
});
