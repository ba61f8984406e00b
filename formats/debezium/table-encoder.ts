import type { RowChange } from '../../connectors/change-event.ts';
import type { RowImage } from '../../connectors/row-image.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { EncodedHeader, EncodedRecord, RecordSink } from '../encoded-record.ts';
import type { TableEncoder } from '../format.ts';
import type { ProcessingTime } from './processing-time.ts';
import type { RecordKey } from './record-key.ts';
import { sourceEnd, type SourceBlock } from './source-block.ts';
import type { StructEncoder } from './struct-encoder.ts';
import { transactionId, type CollectionCount, type Transactions } from './transactions.ts';

const CLOSE = 0x7d;
const CREATE = 0x63;
const DELETE = 0x64;
const BEFORE_NULL_AFTER = '{"before":null,"after":';
const COMMA = Buffer.from(',');
const AFTER = Buffer.from(',"after":');
const AFTER_NULL = Buffer.from(',"after":null,');
const MAY_REPEAT: EncodedHeader = { key: 'millrace.may.repeat', value: Buffer.from('true') };

/** What the encoders of one format share: the buffer, the record handed to sinks, the clock. */
export interface EncoderShares {
  readonly out: ByteWriter;
  readonly record: EncodedRecord;
  readonly time: ProcessingTime;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of every record; one array for all, so that a sink may keep what it made of it. */
  readonly headers: readonly EncodedHeader[];
  readonly tombstones: boolean;
  /** Leaves out updates after which the row is written as it was before. */
  readonly skipsUnchanged: boolean;
  /** Counts for provide.transaction.metadata; undefined without it. */
  readonly transactions: Transactions | undefined;
}

export interface TableParts {
  readonly topic: string;
  /** `schema.table` */
  readonly name: string;
  /** Undefined: records without key. */
  readonly key: RecordKey | undefined;
  readonly row: StructEncoder;
  readonly source: SourceBlock;
  /** `{"schema":…,"payload":` in front of each value; undefined without schemas. */
  readonly schemaPrefix: string | undefined;
}

/** Debezium's records for the changes of one version of a table. */
export class DebeziumTableEncoder implements TableEncoder {
  readonly topic: string;
  readonly #shares: EncoderShares;
  readonly #key: RecordKey | undefined;
  readonly #row: StructEncoder;
  readonly #source: SourceBlock;
  readonly #insertStart: Buffer;
  readonly #updateStart: Buffer;
  readonly #hasSchema: boolean;
  readonly #count: CollectionCount | undefined;

  constructor(parts: TableParts, shares: EncoderShares) {
    this.topic = parts.topic;
    this.#key = parts.key;
    this.#row = parts.row;
    this.#source = parts.source;
    this.#shares = shares;
    this.#count = shares.transactions?.collection(parts.name);
    const prefix = parts.schemaPrefix ?? '';
    this.#hasSchema = parts.schemaPrefix !== undefined;
    this.#insertStart = Buffer.from(`${prefix}${BEFORE_NULL_AFTER}`);
    this.#updateStart = Buffer.from(`${prefix}{"before":`);
  }

  encode(change: RowChange, sink: RecordSink): void {
    const { before, after, op } = change;
    switch (op) {
      case 'c':
      case 'r':
        this.#created(change, sink, imageOf(after), op.charCodeAt(0), this.#baseHeaders(change));
        return;
      case 'u':
        if (this.#shares.skipsUnchanged && before !== null && this.#row.alike(before, imageOf(after))) return;
        if (before !== null && this.#key?.changed(change, imageOf(after)) === true)
          this.#rekeyed(change, sink, before, imageOf(after));
        else this.#updated(change, sink, before, imageOf(after), this.#headersOf(change));
        return;
      case 'd':
        this.#deleted(change, sink, imageOf(before), this.#baseHeaders(change));
        return;
      case 't':
        this.#truncated(change, sink);
        return;
    }
  }

  // Five parameters and no object: this runs once per row.
  #created(change: RowChange, sink: RecordSink, after: RowImage, op: number, headers: readonly EncodedHeader[]): void {
    const out = this.#begin(after);
    out.constant(this.#insertStart);
    this.#row.write(out, after);
    out.constant(COMMA);
    this.#finish(change, sink, op, headers);
  }

  #updated(
    change: RowChange,
    sink: RecordSink,
    before: RowImage | null,
    after: RowImage,
    headers: readonly EncodedHeader[],
  ): void {
    const out = this.#begin(after);
    if (before === null) {
      out.constant(this.#insertStart);
    } else {
      out.constant(this.#updateStart);
      this.#row.write(out, before);
      out.constant(AFTER);
    }
    this.#row.write(out, after);
    out.constant(COMMA);
    this.#finish(change, sink, 0x75, headers);
  }

  /** A change of the key: the old row ends, a new one begins, and headers lead from one to the other. */
  #rekeyed(change: RowChange, sink: RecordSink, before: RowImage, after: RowImage): void {
    const key = this.#key;
    if (key === undefined) throw new Error('a table without key has no key to change');
    const newKey = { key: '__debezium.newkey', value: key.headerValue(after) };
    const oldKey = { key: '__debezium.oldkey', value: key.headerValue(before) };
    this.#deleted(change, sink, before, [newKey, ...this.#baseHeaders(change)]);
    this.#created(change, sink, after, CREATE, [oldKey, ...this.#headersOf(change)]);
  }

  /** Those of every record, and what says that a snapshot may have shown the change already. */
  #baseHeaders({ mayRepeat }: RowChange): readonly EncodedHeader[] {
    const { headers } = this.#shares;
    return mayRepeat === undefined ? headers : [...headers, MAY_REPEAT];
  }

  /** With those that name fields which the source did not send and which were looked for later. */
  #headersOf(change: RowChange): readonly EncodedHeader[] {
    const { completed } = change;
    const headers = this.#baseHeaders(change);
    if (completed === undefined) return headers;
    const named = [
      { key: 'millrace.reread', fields: this.#row.fieldsOf(completed.reread) },
      { key: 'millrace.unavailable', fields: this.#row.fieldsOf(completed.missing) },
    ].filter(({ fields }) => fields.length > 0);
    return [...headers, ...named.map(({ key, fields }) => ({ key, value: Buffer.from(JSON.stringify(fields)) }))];
  }

  #deleted(change: RowChange, sink: RecordSink, before: RowImage, headers: readonly EncodedHeader[]): void {
    const out = this.#begin(before);
    out.constant(this.#updateStart);
    this.#row.write(out, before);
    out.constant(AFTER_NULL);
    this.#finish(change, sink, DELETE, headers);
    if (!this.#shares.tombstones) return;
    const { record } = this.#shares;
    record.valueStart = -1;
    record.valueEnd = -1;
    sink.append(record);
  }

  #truncated(change: RowChange, sink: RecordSink): void {
    const out = this.#begin(null);
    out.constant(this.#updateStart);
    out.text('null');
    out.constant(AFTER_NULL);
    this.#finish(change, sink, 0x74, this.#baseHeaders(change));
  }

  /** Begins a record with its key; null: without one. */
  #begin(image: RowImage | null): ByteWriter {
    const { out, record } = this.#shares;
    out.reset();
    const key = this.#key;
    if (key === undefined || image === null) {
      record.keyStart = -1;
      record.keyEnd = -1;
    } else {
      key.write(out, image);
      record.keyStart = 0;
      record.keyEnd = out.at;
    }
    record.valueStart = out.at;
    return out;
  }

  #finish(change: RowChange, sink: RecordSink, op: number, headers: readonly EncodedHeader[]): void {
    const { out, record, time } = this.#shares;
    this.#source.write(out, change);
    const { origin, xmin } = change.transaction;
    if (this.#count === undefined && origin === undefined && xmin === undefined) time.write(out, op);
    else this.#finishAtLength(change, op);
    if (this.#hasSchema) out.byte(CLOSE);
    record.bytes = out.bytes;
    record.valueEnd = out.at;
    record.headers = headers;
    sink.append(record);
  }

  /** With the members that are null for most connectors. */
  #finishAtLength(change: RowChange, op: number): void {
    const { out, time } = this.#shares;
    out.text(`${sourceEnd(change.transaction)},"transaction":${this.#block(change)}`);
    time.writeBare(out, op);
  }

  /** Rows of a snapshot have no transaction of the source. */
  #block(change: RowChange): string {
    const { transactions } = this.#shares;
    if (transactions === undefined || this.#count === undefined || change.transaction.snapshot !== 'false')
      return 'null';
    transactions.count(this.#count);
    return transactions.block(transactionId(change), this.#count);
  }
}

function imageOf(image: RowImage | null): RowImage {
  if (image === null) throw new Error('the change lacks the row image that its operation has');
  return image;
}
