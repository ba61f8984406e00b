import type { DeliveredEvent, RowChange, SideEvent } from '../../connectors/change-event.ts';
import type { Schema, Value } from '../../connectors/connect-data.ts';
import type { RecordHeader, SourceRecord } from '../../connectors/source-record.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { readJson } from '../converters/json/read-json.ts';
import { nowhere, type EncodedHeader, type EncodedRecord, type RecordSink } from '../encoded-record.ts';
import type { RecordFormat, TableEncoder } from '../format.ts';
import { TableCache } from '../table-cache.ts';
import { plainSchema } from './plain-schema.ts';
import type { SideSchemas } from './side-schemas.ts';

const contextHeaderSchema: Schema = { type: 'string', optional: false };

/** Where records go and what they hold. */
type Form = Pick<CompiledTable, 'topic' | 'keySchema' | 'valueSchema'>;

/** A table's encoder with what is needed to read its bare JSON back. */
export interface CompiledTable {
  readonly encoder: TableEncoder;
  readonly topic: string;
  readonly keySchema: Schema | null;
  readonly valueSchema: Schema;
}

/** What encodes changes as bare JSON, decimals exact, nulls as they are. */
export interface BareEncoding {
  compile(table: TableSchema): CompiledTable;
  tableTopic(schema: string | null, table: string): string;
  sideTopic(event: SideEvent): string;
  sideSchemas(event: SideEvent): SideSchemas;
  encodeSide(event: SideEvent, sink: RecordSink): void;
}

/**
 * Debezium's records with their fields, for transforms and for converters other than JsonConverter. The encoder of the direct way
 * writes them, and its JSON is read back by its schema, so that both ways have one source.
 */
export class DebeziumRecords implements RecordFormat {
  readonly #encoding: BareEncoding;
  readonly #tables = new TableCache<CompiledTable>();
  readonly #side = new Map<SideSchemas, Form>();

  constructor(encoding: BareEncoding) {
    this.#encoding = encoding;
  }

  records(event: RowChange | SideEvent | DeliveredEvent): SourceRecord[] {
    const found: SourceRecord[] = [];
    if (event.kind === 'delivered') {
      this.#count(event.event);
    } else if (event.kind === 'row') {
      const table = this.#compiled(event.table);
      table.encoder.encode(event, { append: (record) => found.push(recordOf(table, record)) });
    } else {
      const form = this.#sideForm(event);
      this.#encoding.encodeSide(event, { append: (record) => found.push(recordOf(form, record)) });
    }
    return found;
  }

  tableTopic(schema: string | null, table: string): string {
    return this.#encoding.tableTopic(schema, table);
  }

  #count(event: DeliveredEvent['event']): void {
    if (event.kind === 'message') this.#encoding.encodeSide(event, nowhere);
    else this.#compiled(event.table).encoder.encode(event, nowhere);
  }

  #sideForm(event: SideEvent): Form {
    const schemas = this.#encoding.sideSchemas(event);
    const known = this.#side.get(schemas);
    if (known !== undefined) return known;
    const topic = this.#encoding.sideTopic(event);
    const form = { topic, keySchema: plainSchema(schemas.key), valueSchema: plainSchema(schemas.value) };
    this.#side.set(schemas, form);
    return form;
  }

  #compiled(table: TableSchema): CompiledTable {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const compiled = this.#encoding.compile(table);
    this.#tables.set(table, compiled);
    return compiled;
  }
}

function recordOf({ topic, keySchema, valueSchema }: Form, record: EncodedRecord): SourceRecord {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = record;
  const hasKey = keySchema !== null && keyStart >= 0;
  return {
    topic,
    partition: null,
    keySchema: hasKey ? keySchema : null,
    key: hasKey ? readJson(bytes.toString('utf8', keyStart, keyEnd), keySchema) : null,
    valueSchema: valueStart < 0 ? null : valueSchema,
    value: valueStart < 0 ? null : readJson(bytes.toString('utf8', valueStart, valueEnd), valueSchema),
    timestampMs: null,
    headers: record.headers.map((header) => headerOf(header, keySchema)),
  };
}

/** The headers of a changed key hold a key, all others are text. */
function headerOf({ key, value }: EncodedHeader, keySchema: Schema | null): RecordHeader {
  const text = value?.toString('utf8') ?? null;
  if (key !== '__debezium.newkey' && key !== '__debezium.oldkey')
    return { key, schema: contextHeaderSchema, value: text };
  const keyValue: Value = text === null ? null : readJson(text, keySchema);
  return { key, schema: keySchema, value: keyValue };
}
