/** A record header; null for a header without a value. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** One record as ranges of `bytes`; a start of −1 is null (no key; a tombstone). The sender copies what it keeps. */
export interface EncodedRecord {
  readonly bytes: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly headers: readonly RecordHeader[];
  /** Milliseconds since 1970 UTC; undefined: the time of sending. */
  readonly timestampMs?: number | undefined;
  /** Undefined: by the key, as Kafka's default partitioner does. */
  readonly partition?: number | undefined;
}

/** A record of its own bytes, for callers that hold key and value apart. */
export function recordOf(
  key: Buffer | null,
  value: Buffer | null,
  headers: readonly RecordHeader[] = [],
): EncodedRecord {
  const keyEnd = key?.length ?? 0;
  return {
    bytes: Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)]),
    keyStart: key === null ? -1 : 0,
    keyEnd,
    valueStart: value === null ? -1 : keyEnd,
    valueEnd: keyEnd + (value?.length ?? 0),
    headers,
  };
}
