import type { LogicalMessage, SideEvent, TransactionMark } from '../../connectors/change-event.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { EncodedHeader, RecordSink } from '../encoded-record.ts';
import { jsonString } from '../json/json-text.ts';
import { schemaJson, type ConnectSchema } from './connect-schema.ts';
import type { NameAdjustment } from './name-adjustment.ts';
import { heartbeatSchemas, messageSchemas, transactionSchemas, type SideSchemas } from './side-schemas.ts';
import { sourceEnd, SourceBlock, type SourceIdentity } from './source-block.ts';
import type { EncoderShares } from './table-encoder.ts';
import { heartbeatTopic, messageTopic, transactionTopic, type TopicNames } from './topic-naming.ts';
import { transactionId, type CollectionCount } from './transactions.ts';
import { unknownType } from './values/binary.ts';
import type { ValueSettings, ValueType } from './values/value-type.ts';

export interface SideRecordsOptions {
  readonly names: TopicNames;
  readonly source: SourceIdentity;
  readonly schemaNames: NameAdjustment;
  readonly values: Pick<ValueSettings, 'binaryHandling' | 'placeholder'>;
  /** Whether schemas are written in front of keys and values. */
  readonly keySchemas: boolean;
  readonly valueSchemas: boolean;
}

/** Debezium gives none to these records, not even those that name the connector. */
const NO_HEADERS: readonly EncodedHeader[] = [];

type Shares = Pick<EncoderShares, 'out' | 'record' | 'now' | 'transactions'>;

/** The name of logical messages where tables are counted. */
const MESSAGES = 'LOGICAL_DECODING_MESSAGE';

/** Debezium's records that are about no table: heartbeats, logical messages and transactions, each with a topic of its kind. */
export class SideRecords {
  readonly #options: SideRecordsOptions;
  readonly #shares: Shares;
  readonly #content: ValueType;
  readonly #message: SideSchemas;
  readonly #transaction: SideSchemas;
  readonly #count: CollectionCount | undefined;
  #messageSource: SourceBlock | undefined;

  constructor(options: SideRecordsOptions, shares: Shares) {
    this.#options = options;
    this.#shares = shares;
    // Like the text of a type that nobody knows: whatever bytes it is, in the form of binary.handling.mode.
    this.#content = unknownType(options.values);
    this.#message = messageSchemas(this.#content.schema, options.schemaNames);
    this.#transaction = transactionSchemas(options.schemaNames);
    this.#count = shares.transactions?.collection(MESSAGES);
  }

  topic(event: SideEvent): string {
    const { names } = this.#options;
    if (event.kind === 'heartbeat') return heartbeatTopic(names);
    return event.kind === 'message' ? messageTopic(names) : transactionTopic(names);
  }

  schemas(event: SideEvent): SideSchemas {
    if (event.kind === 'heartbeat') return heartbeatSchemas;
    return event.kind === 'message' ? this.#message : this.#transaction;
  }

  encode(event: SideEvent, sink: RecordSink): void {
    const { out, record } = this.#shares;
    const { keySchemas, valueSchemas } = this.#options;
    if (event.kind === 'transaction' && event.mark === 'begin') this.#shares.transactions?.begin();
    if (event.kind === 'transaction' && event.delivered) return;
    const schemas = this.schemas(event);
    out.reset();
    wrapped(out, keySchemas ? schemas.key : undefined, () => out.text(this.#keyJson(event)));
    record.keyStart = 0;
    record.keyEnd = out.at;
    wrapped(out, valueSchemas ? schemas.value : undefined, () => this.#writeValue(event, out));
    record.bytes = out.bytes;
    record.valueStart = record.keyEnd;
    record.valueEnd = out.at;
    record.headers = NO_HEADERS;
    sink.append(record);
  }

  #keyJson(event: SideEvent): string {
    switch (event.kind) {
      case 'message':
        return `{"prefix":${jsonString(event.prefix)}}`;
      case 'transaction':
        return `{"id":"${transactionId(event)}"}`;
      case 'heartbeat':
        return `{"serverName":${jsonString(this.#options.names.prefix)}}`;
    }
  }

  #writeValue(event: SideEvent, out: ByteWriter): void {
    if (event.kind === 'message') this.#writeMessage(event, out);
    else out.text(event.kind === 'heartbeat' ? `{"ts_ms":${event.timeMs}}` : this.#transactionJson(event));
  }

  #transactionJson(event: TransactionMark): string {
    return this.#shares.transactions?.valueJson(event, transactionId(event)) ?? 'null';
  }

  /** Of a message outside of transactions: none. */
  #blockOf(event: LogicalMessage): string {
    const { transactions } = this.#shares;
    if (transactions === undefined || this.#count === undefined || !event.transactional) return 'null';
    transactions.count(this.#count);
    return transactions.block(transactionId(event), this.#count);
  }

  #writeMessage(event: LogicalMessage, out: ByteWriter): void {
    const { database } = event.transaction;
    this.#messageSource ??= new SourceBlock(this.#options.source, { database, schema: '', table: '' });
    out.text(`{"op":"m","ts_ms":${this.#shares.now()},`);
    this.#messageSource.write(out, event);
    const message = `"message":{"prefix":${jsonString(event.prefix)},"content":`;
    out.text(`${sourceEnd(event.transaction)},"transaction":${this.#blockOf(event)},${message}`);
    this.#content.encode(out, { bytes: event.content, start: 0, end: event.content.length });
    out.text('}}');
  }
}

/** Writes a payload, behind its schema where there is to be one. */
function wrapped(out: ByteWriter, schema: ConnectSchema | undefined, write: () => void): void {
  if (schema !== undefined) out.text(`{"schema":${schemaJson(schema)},"payload":`);
  write();
  if (schema !== undefined) out.text('}');
}
