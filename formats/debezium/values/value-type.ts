import type { ByteRange } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import type { ConnectSchema } from '../connect-schema.ts';

/** Writes one value, given as the text of column-type.ts, as JSON. Throws UnrepresentableValue. */
export type ValueEncoder = (out: ByteWriter, value: ByteRange) => void;

/** How the values of one type are written. */
export interface ValueType {
  /** Without what belongs to a column: optional, default. `optional: true` here holds for every column. */
  readonly schema: ConnectSchema;
  readonly encode: ValueEncoder;
  /** JSON in the place of a value that a NOT NULL column should have but the source did not send. */
  readonly standIn: string;
  /** JSON of a value that the source left out as unchanged; null: the type has no room for a placeholder. */
  readonly unavailable: string | null;
  /** JSON numbers: a list of such values has room for the placeholder as the values of its bytes. */
  readonly numbers?: 'integer' | 'float';
  /** False: elements of an array of this type are marked as required, as Debezium does for a few types. */
  readonly optionalElements?: boolean;
  /** The form inside a header, where SimpleHeaderConverter does not write what JsonConverter would. */
  readonly encodeInHeader?: ValueEncoder;
}

/** What decides about the form of values; names as in Debezium's settings. */
export interface ValueSettings {
  readonly decimalHandling: 'precise' | 'double' | 'string';
  readonly timePrecision:
    'adaptive' | 'adaptive_time_microseconds' | 'connect' | 'isostring' | 'microseconds' | 'nanoseconds';
  readonly intervalHandling: 'numeric' | 'string';
  readonly binaryHandling: 'bytes' | 'base64' | 'base64-url-safe' | 'hex';
  readonly hstoreHandling: 'json' | 'map';
  readonly moneyFractionDigits: number;
  /** Stands for values that were not sent. */
  readonly placeholder: Buffer;
  readonly includeUnknown: boolean;
  /** Of the JsonConverter: how Connect's Decimal is written. */
  readonly decimalFormat: 'BASE64' | 'NUMERIC';
}

/** A value that has no form under the given settings. The message completes "column x of table y: …". */
export class UnrepresentableValue extends Error {
  override readonly name = 'UnrepresentableValue';
}
