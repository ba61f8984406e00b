import { crc32c } from './crc32c.ts';
import type { Compression } from './compression.ts';
import { compressionBits } from './compression.ts';

/** Bytes before the records of a batch (protocol guide, "Record Batch", magic 2). */
export const BATCH_HEADER_BYTES = 61;

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const SEQUENCE_AT = 53;
const COUNT_AT = 57;

const TRANSACTIONAL = 0x10;

export interface BatchHeader {
  readonly compression: Compression;
  readonly transactional: boolean;
  /** Milliseconds since the epoch, from which the records' times count. */
  readonly timestamp: number;
  /** The latest of the records' times. */
  readonly maxTimestamp: number;
  readonly count: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Sequence number of the first record. */
  readonly sequence: number;
}

/** Fills the first 61 bytes of a batch whose (compressed) records already stand behind them, checksum included. */
export function writeBatchHeader(batch: Buffer, header: BatchHeader): void {
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LEADER_EPOCH_AT, LENGTH_AT);
  batch.writeInt32BE(-1, LEADER_EPOCH_AT);
  batch.writeInt8(2, MAGIC_AT);
  batch.writeInt16BE(compressionBits[header.compression] | (header.transactional ? TRANSACTIONAL : 0), ATTRIBUTES_AT);
  batch.writeInt32BE(header.count - 1, LAST_OFFSET_DELTA_AT);
  batch.writeBigInt64BE(BigInt(header.timestamp), BASE_TIMESTAMP_AT);
  batch.writeBigInt64BE(BigInt(header.maxTimestamp), MAX_TIMESTAMP_AT);
  batch.writeBigInt64BE(header.producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(header.producerEpoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(header.sequence, SEQUENCE_AT);
  batch.writeInt32BE(header.count, COUNT_AT);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
}
