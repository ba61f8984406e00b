import type { Schema, Value } from './connect-data.ts';

/** A header of a record. Several may have the same key; their order counts. */
export interface RecordHeader {
  readonly key: string;
  readonly schema: Schema | null;
  readonly value: Value;
}

/**
 * A record before its conversion to bytes, as Kafka Connect's SourceRecord. Null schemas: schemaless data. Transforms make new
 * records and leave the given one as it is.
 */
export interface SourceRecord {
  readonly topic: string;
  /** Null: by the key, as Kafka's default partitioner does. */
  readonly partition: number | null;
  readonly keySchema: Schema | null;
  readonly key: Value;
  readonly valueSchema: Schema | null;
  readonly value: Value;
  /** Milliseconds since 1970 UTC; null: the time of sending. */
  readonly timestampMs: number | null;
  readonly headers: readonly RecordHeader[];
}
