import { BATCH_HEADER_BYTES } from './batch-header.ts';
import { behindVarint, readVarint, varintSize, writeVarint } from './varint.ts';

/** Records of a batch, uncompressed, behind room for the batch's header. */
export interface RecordRun {
  readonly bytes: Buffer;
  readonly count: number;
}

/**
 * Cuts the records of a batch (at least two, uncompressed, without header) at the boundary nearest to the middle of
 * their bytes. Order is kept; the second run's offset deltas begin with 0 again.
 */
export function splitRecords(records: Buffer, count: number): [RecordRun, RecordRun] {
  if (count < 2) throw new RangeError(`a batch of ${count} records cannot be split`);
  const { at, index } = middleBoundary(records, count);
  const first = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + at);
  records.copy(first, BATCH_HEADER_BYTES, 0, at);
  return [
    { bytes: first, count: index },
    { bytes: renumbered(records.subarray(at), index), count: count - index },
  ];
}

/** The first boundary behind the middle, but at most the one before the last record. */
function middleBoundary(records: Buffer, count: number): { at: number; index: number } {
  let at = 0;
  let index = 0;
  while (index < count - 1 && (index === 0 || at < records.length / 2)) {
    const { value: length, next } = readVarint(records, at);
    at = next + length;
    index += 1;
  }
  return { at, index };
}

/** The records with `by` taken from each offset delta; they become shorter or stay as long. */
function renumbered(records: Buffer, by: number): Buffer {
  const target = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + records.length);
  let to = BATCH_HEADER_BYTES;
  for (let at = 0; at < records.length;) {
    const { value: length, next: body } = readVarint(records, at);
    const end = body + length;
    const delta = behindVarint(records, body + 1);
    const { value: offsetDelta, next: rest } = readVarint(records, delta);
    const offset = offsetDelta - by;
    to = writeVarint(target, to, length - (rest - delta) + varintSize(offset));
    to += records.copy(target, to, body, delta);
    to = writeVarint(target, to, offset);
    to += records.copy(target, to, rest, end);
    at = end;
  }
  return target.subarray(0, to);
}
