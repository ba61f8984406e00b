import { Struct, type Field, type Schema, type Value } from '../../connectors/connect-data.ts';
import type { RecordHeader, SourceRecord } from '../../connectors/source-record.ts';
import type { SettingValues } from '../../settings/setting.ts';
import { parsedConfig } from '../configure.ts';
import { dataError } from '../requirements.ts';
import { plainSchema, schemaBasics, structSchema } from '../schema-building.ts';
import { SchemaCache } from '../schema-cache.ts';
import { fieldAt, fieldIndex, fieldsOf, fieldValues } from '../struct-fields.ts';
import type { PluginConfig, Transform, TransformPlugin } from '../transform.ts';
import { EnvelopeField } from './envelope-field.ts';
import { extractSettings } from './extract-settings.ts';

/** What a row becomes: the schema that results, and the fields of the envelope that go into it. */
interface Shape {
  readonly schema: Schema;
  readonly added: readonly EnvelopeField[];
}

/** Debezium's way to leave its envelope behind: the row itself becomes the value. */
class ExtractNewRecordState implements Transform {
  readonly #values: SettingValues<typeof extractSettings>;
  readonly #fields: readonly EnvelopeField[];
  readonly #headers: readonly EnvelopeField[];
  readonly #rewrites: boolean;
  readonly #shapes = {
    before: new SchemaCache((envelope) => this.#shape(envelope, 'before')),
    after: new SchemaCache((envelope) => this.#shape(envelope, 'after')),
  };

  constructor(config: PluginConfig) {
    const values = parsedConfig(extractSettings, config);
    this.#values = values;
    this.#fields = values.addFields.map((entry) => new EnvelopeField(values.addFieldsPrefix, entry));
    this.#headers = values.addHeaders.map((entry) => new EnvelopeField(values.addHeadersPrefix, entry));
    this.#rewrites = values.deletes === 'rewrite' || values.deletes === 'rewrite-with-tombstone';
  }

  apply(record: SourceRecord): SourceRecord | null {
    const { value, valueSchema } = record;
    if (value === null) return this.#tombstone(record);
    if (!(value instanceof Struct) || valueSchema?.name?.endsWith('.Envelope') !== true) return record;
    const after = value.get('after') ?? null;
    const before = value.get('before') ?? null;
    const given = { ...record, headers: [...record.headers, ...this.#addedHeaders(value, valueSchema)] };
    if (after instanceof Struct) return this.#row(given, { envelope: value, row: after, part: 'after' });
    // Neither row: a truncate or a message, which has no place in a stream of rows.
    return before instanceof Struct ? this.#deleted(given, value, before) : null;
  }

  #tombstone(record: SourceRecord): SourceRecord | null {
    if (this.#values.deletes !== 'rewrite-with-tombstone') return null;
    const operation = this.#headers.filter(({ name }) => name === 'op');
    const added = operation.map((field): RecordHeader => ({
      key: field.newName,
      schema: plainSchema('string', false),
      value: 'd',
    }));
    return { ...record, headers: [...record.headers, ...added] };
  }

  #deleted(record: SourceRecord, envelope: Struct, row: Struct): SourceRecord | null {
    if (this.#values.deletes === 'drop') return null;
    if (this.#rewrites) return this.#row(record, { envelope, row, part: 'before' });
    const topic = this.#topic(record.topic, row);
    if (this.#values.deletes === 'delete-to-tombstone') return { ...record, topic, valueSchema: null, value: null };
    const after = fieldsOf(envelope.schema).find(({ name }) => name === 'after');
    return { ...record, topic, valueSchema: after?.schema ?? null, value: null };
  }

  #row(
    record: SourceRecord,
    { envelope, row, part }: { envelope: Struct; row: Struct; part: 'before' | 'after' },
  ): SourceRecord {
    const { schema, added } = this.#shapes[part].of(envelope.schema);
    // As in Debezium, whose InsertField fills in defaults when it adds `__deleted`.
    const values: Value[] = [...fieldValues(row, this.#rewrites)];
    if (this.#rewrites) values.push(part === 'before' ? 'true' : 'false');
    for (const field of added) values.push(field.valueIn(envelope));
    return { ...record, topic: this.#topic(record.topic, row), valueSchema: schema, value: new Struct(schema, values) };
  }

  #shape(envelope: Schema, part: 'before' | 'after'): Shape {
    const row = fieldsOf(envelope).find(({ name }) => name === part)?.schema;
    if (row === undefined) throw dataError(`The envelope has no field '${part}'`);
    const added = this.#fields.filter((field) => field.schemaIn(envelope) !== undefined);
    const fields: Field[] = [
      ...fieldsOf(row),
      ...(this.#rewrites ? [{ name: '__deleted', schema: plainSchema('string', true) }] : []),
      ...added.map((field) => ({
        name: field.newName,
        schema: field.schemaIn(envelope) ?? plainSchema('string', true),
      })),
    ];
    return { schema: structSchema(fields, schemaBasics(row)), added };
  }

  #addedHeaders(envelope: Struct, schema: Schema): RecordHeader[] {
    return this.#headers.flatMap((field): RecordHeader[] => {
      const own = field.schemaIn(schema);
      return own === undefined ? [] : [{ key: field.newName, schema: own, value: field.valueIn(envelope) }];
    });
  }

  #topic(topic: string, row: Struct): string {
    const { routeByField } = this.#values;
    if (routeByField === '') return topic;
    const index = fieldIndex(row.schema, routeByField);
    const type = fieldsOf(row.schema)[index]?.schema.type;
    if (type === undefined) throw dataError(`${routeByField} is not a valid field name`);
    if (type !== 'string') throw dataError(`Field '${routeByField}' is not of type STRING`);
    const routed = fieldAt(row, index, false);
    return typeof routed === 'string' && routed.trim() !== '' ? routed : topic;
  }
}

export const extractNewRecordState: TransformPlugin = {
  className: 'io.debezium.transforms.ExtractNewRecordState',
  aliases: [],
  version: '3.5.0.Final',
  settings: extractSettings,
  create: (config) => new ExtractNewRecordState(config),
};
