import type { PostgresTransaction, RowChange } from '../../connectors/change-event.ts';
import type { ColumnType } from '../../connectors/column-type.ts';
import { imageOf } from '../../connectors/row-image.ts';
import type { ColumnSchema, TableSchema } from '../../connectors/table-schema.ts';
import { rangeOf } from '../../formats/byte-range.ts';
import { ByteWriter } from '../../formats/byte-writer.ts';
import type { ConnectSchema } from '../../formats/debezium/connect-schema.ts';
import type { ValueSettings, ValueType } from '../../formats/debezium/values/value-type.ts';
import { valueTypeOf } from '../../formats/debezium/values/value-type-of.ts';
import type { RecordSink } from '../../formats/encoded-record.ts';

const defaultSettings: ValueSettings = {
  decimalHandling: 'precise',
  timePrecision: 'adaptive',
  intervalHandling: 'numeric',
  binaryHandling: 'bytes',
  hstoreHandling: 'json',
  moneyFractionDigits: 2,
  placeholder: Buffer.from('__debezium_unavailable_value'),
  includeUnknown: false,
  decimalFormat: 'BASE64',
};

export function typeOf(type: ColumnType, settings: Partial<ValueSettings> = {}): ValueType {
  const found = valueTypeOf(type, { ...defaultSettings, ...settings });
  if (found === undefined) throw new Error(`columns of kind ${type.kind} are left out`);
  return found;
}

/** The JSON text of a value. */
export function valueJson(type: ColumnType, text: string, settings: Partial<ValueSettings> = {}): string {
  const out = new ByteWriter(8);
  typeOf(type, settings).encode(out, rangeOf(text));
  return out.bytes.toString('utf8', 0, out.at);
}

/** The semantic type, as `int64 io.debezium.time.MicroTime`. */
export function schemaName(type: ColumnType, settings: Partial<ValueSettings> = {}): string {
  const schema: ConnectSchema = typeOf(type, settings).schema;
  return schema.name === undefined ? schema.type : `${schema.type} ${schema.name}`;
}

/** A record as text. */
export interface TextRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
}

/** Keeps records as text. */
export class TextSink implements RecordSink {
  readonly records: TextRecord[] = [];

  append({ bytes, keyStart, keyEnd, valueStart, valueEnd, headers }: Parameters<RecordSink['append']>[0]): void {
    this.records.push({
      key: keyStart < 0 ? null : bytes.toString('utf8', keyStart, keyEnd),
      value: valueStart < 0 ? null : bytes.toString('utf8', valueStart, valueEnd),
      headers: Object.fromEntries(headers.map(({ key, value }) => [key, value?.toString('utf8') ?? null])),
    });
  }
}

export function column(name: string, type: ColumnType, rest: Partial<ColumnSchema> = {}): ColumnSchema {
  return {
    name,
    type,
    sourceType: { name: type.kind, length: null, scale: null },
    optional: true,
    defaultText: undefined,
    ...rest,
  };
}

export function table(
  name: string,
  columns: readonly ColumnSchema[],
  key: readonly number[] | null = [0],
): TableSchema {
  return { database: 'shop', schema: 'public', table: name, columns, key };
}

export const transaction: PostgresTransaction = {
  source: 'postgresql',
  database: 'shop',
  xid: 855,
  timeMicros: 1_795_242_443_517_616n,
  commitLsn: 32_886_016n,
  previousCommitEnd: null,
  snapshot: 'false',
};

type Row = readonly (string | null | undefined)[];

/** A change at LSN 32885368 of rows given as text. */
export function change(
  op: RowChange['op'],
  tableSchema: TableSchema,
  rows: { readonly before?: Row; readonly after?: Row },
  rest: Partial<RowChange> = {},
): RowChange {
  return {
    kind: 'row',
    op,
    table: tableSchema,
    before: rows.before === undefined ? null : imageOf(rows.before),
    partialBefore: false,
    after: rows.after === undefined ? null : imageOf(rows.after),
    transaction,
    positionHigh: 0,
    positionLow: 32_885_368,
    ordinal: 1,
    ...rest,
  };
}
