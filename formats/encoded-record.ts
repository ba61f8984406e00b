/** A record header; the value as bytes, null for a null header. */
export interface EncodedHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/**
 * One record ready for Kafka: key and value as ranges of `bytes`. Start −1: null (a record without key, a tombstone).
 * The object and its bytes are reused for the next record as soon as `append` returns.
 */
export interface EncodedRecord {
  bytes: Buffer;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
  headers: readonly EncodedHeader[];
  /** Milliseconds since 1970 UTC; undefined: the time of sending. */
  timestampMs?: number | undefined;
  /** Undefined: by the key, as Kafka's default partitioner does. */
  partition?: number | undefined;
}

/** Takes the finished records of one topic; copies what it keeps. */
export interface RecordSink {
  append(record: EncodedRecord): void;
}

/** Takes what is encoded only for the sake of what the encoder counts. */
export const nowhere: RecordSink = { append: () => undefined };
