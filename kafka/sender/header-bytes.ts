import type { RecordHeader } from './encoded-record.ts';
import { varintSize, writeVarint } from './varint.ts';

/**
 * The headers of a record as they go on the wire: their count, then each one's key and value with their lengths (record format
 * v2: protocol guide, "Record"). A null value has the length −1.
 */
export function headerBytes(headers: readonly RecordHeader[]): Buffer {
  let size = varintSize(headers.length);
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key);
    size += varintSize(keyLength) + keyLength + varintSize(value?.length ?? -1) + (value?.length ?? 0);
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = writeVarint(bytes, 0, headers.length);
  for (const { key, value } of headers) {
    at = writeVarint(bytes, at, Buffer.byteLength(key));
    at += bytes.write(key, at);
    at = writeVarint(bytes, at, value?.length ?? -1);
    if (value !== null) at += value.copy(bytes, at);
  }
  return bytes;
}
