import type { EncodedRecord } from './encoded-record.ts';
import { behindVarint, readVarint } from './varint.ts';

/** Key and value of a record, as views of somebody else's bytes. */
export interface RecordContent {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Bytes of key and value: the least that the record takes in a batch. */
export function contentBytes({ keyStart, keyEnd, valueStart, valueEnd }: EncodedRecord): number {
  return (keyStart < 0 ? 0 : keyEnd - keyStart) + (valueStart < 0 ? 0 : valueEnd - valueStart);
}

export function contentOf({ bytes, keyStart, keyEnd, valueStart, valueEnd }: EncodedRecord): RecordContent {
  return {
    key: keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd),
    value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd),
  };
}

/** What the first of these records holds (uncompressed, without the batch's header; protocol guide, "Record"). */
export function firstContent(records: Buffer): RecordContent {
  const { next: attributes } = readVarint(records, 0);
  const offsetDelta = behindVarint(records, attributes + 1);
  const key = field(records, behindVarint(records, offsetDelta));
  return { key: key.bytes, value: field(records, key.next).bytes };
}

function field(records: Buffer, position: number): { readonly bytes: Buffer | null; readonly next: number } {
  const { value: length, next } = readVarint(records, position);
  return length < 0 ? { bytes: null, next } : { bytes: records.subarray(next, next + length), next: next + length };
}
