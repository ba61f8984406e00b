import type { Schema, Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';

/** What `$Key` and `$Value` at the end of a class name say: which half of the record a transform works on. */
export type RecordPart = 'key' | 'value';

export function schemaOf(record: SourceRecord, part: RecordPart): Schema | null {
  return part === 'key' ? record.keySchema : record.valueSchema;
}

export function valueOf(record: SourceRecord, part: RecordPart): Value {
  return part === 'key' ? record.key : record.value;
}

/** The record with another key or value. */
export function withPart(record: SourceRecord, part: RecordPart, schema: Schema | null, value: Value): SourceRecord {
  return part === 'key' ? { ...record, keySchema: schema, key: value } : { ...record, valueSchema: schema, value };
}
