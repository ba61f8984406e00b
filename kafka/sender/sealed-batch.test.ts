import { crc32c, Reader, readRecordsBatch } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { BufferPool } from './buffer-pool.ts';
import { CommitRound } from './commit-round.ts';
import type { Compression } from './compression.ts';
import { recordOf, type EncodedRecord } from './encoded-record.ts';
import { RecordBatchBuilder } from './record-batch-builder.ts';
import { SealedBatch } from './sealed-batch.ts';

const identity = { producerId: 4711n, producerEpoch: 3 };
const timestamp = 1_763_705_700_123;
const pool = new BufferPool(0);

function records(count: number, bytes = 40): EncodedRecord[] {
  return Array.from({ length: count }, (_, i) => recordOf(Buffer.from(`key ${i}`), Buffer.alloc(bytes, `value ${i} `)));
}

function seal(content: readonly EncodedRecord[], compression: Compression, transactional = false): SealedBatch {
  const builder = new RecordBatchBuilder(pool, 1);
  for (const record of content) builder.append(record);
  const { length, count } = builder;
  const origin = { round: new CommitRound(true), compression, transactional, timestamp };
  const { batch, compressed } = SealedBatch.seal(origin, { buffer: builder.finish(), length, count, pool });
  assert.equal(compressed, undefined);
  return batch;
}

type Pair = [string | undefined, string | undefined];

function decoded(batch: SealedBatch): Pair[] {
  batch.number(identity, 0);
  return readRecordsBatch(Reader.from(batch.bytes)).records.map(({ key, value }) => [
    key?.toString(),
    value?.toString(),
  ]);
}

function pairs(content: readonly EncodedRecord[]): Pair[] {
  return content.map(({ bytes, keyStart, keyEnd, valueStart, valueEnd }) => [
    keyStart < 0 ? undefined : bytes.toString('utf8', keyStart, keyEnd),
    valueStart < 0 ? undefined : bytes.toString('utf8', valueStart, valueEnd),
  ]);
}

describe('sealed batch', () => {
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    it(`is read by the client library as it was written, ${compression}`, () => {
      const content = records(300);
      const batch = seal(content, compression);
      assert.deepEqual(decoded(batch), pairs(content));
    });
  }

  it('carries header, numbering and checksum of record format 2', () => {
    const batch = seal(records(3), 'zstd', true);
    batch.number(identity, 2 ** 31 - 2);
    const { bytes } = batch;
    const { records: read, ...header } = readRecordsBatch(Reader.from(bytes));
    assert.equal(read.length, 3);
    assert.deepEqual(header, {
      firstOffset: 0n,
      length: bytes.length - 12,
      partitionLeaderEpoch: -1,
      magic: 2,
      crc: crc32c(bytes.subarray(21)),
      attributes: 4 | 0x10,
      lastOffsetDelta: 2,
      firstTimestamp: BigInt(timestamp),
      maxTimestamp: BigInt(timestamp),
      ...identity,
      firstSequence: 2 ** 31 - 2,
    });
  });

  it('keeps its numbering for every further attempt', () => {
    const batch = seal(records(2), 'none');
    batch.number(identity, 10);
    const first = Buffer.from(batch.bytes);
    batch.number({ producerId: 1n, producerEpoch: 0 }, 20);
    assert.deepEqual(batch.bytes, first);
  });

  it('keeps null keys, tombstones, empty values and headers apart', () => {
    const header = { key: 'naïve', value: Buffer.from('yes') };
    const content = [
      recordOf(null, Buffer.from('no key')),
      recordOf(Buffer.from('deleted'), null),
      recordOf(Buffer.alloc(0), Buffer.alloc(0)),
      { ...recordOf(Buffer.from('k'), Buffer.from('v')), headers: [header, { key: 'none', value: null }] },
    ];
    const batch = seal(content, 'none');
    assert.deepEqual(decoded(batch), pairs(content));
    const [, , , last] = readRecordsBatch(Reader.from(batch.bytes)).records;
    assert.deepEqual(last?.headers, [
      [Buffer.from('naïve'), Buffer.from('yes')],
      [Buffer.from('none'), null],
    ]);
  });

  it('carries the times that records bring themselves, far away or before 1970, also once it is split', () => {
    const times = [timestamp + 5, timestamp - 86_400_000 * 365 * 40, -1, timestamp + 4_000_000_000, undefined];
    const builder = new RecordBatchBuilder(pool, 1, timestamp);
    const [record = recordOf(null, null)] = records(1);
    for (const timestampMs of times) builder.append({ ...record, timestampMs });
    const { length, count, maxTimestamp } = builder;
    const origin = { round: new CommitRound(true), compression: 'none', transactional: false } as const;
    const filled = { buffer: builder.finish(), length, count, pool };
    const { batch } = SealedBatch.seal({ ...origin, timestamp, maxTimestamp }, filled);
    const read = (part: SealedBatch): number[] => {
      part.number(identity, 0);
      const { firstTimestamp, maxTimestamp: latest, records: all } = readRecordsBatch(Reader.from(part.bytes));
      assert.equal(latest, BigInt(timestamp + 4_000_000_000));
      return all.map(({ timestampDelta }) => Number(firstTimestamp + timestampDelta));
    };
    const parts = batch.split();
    const expected = times.map((time) => time ?? timestamp);
    assert.deepEqual(parts.flatMap(read), expected);
    assert.deepEqual(read(batch), expected);
  });

  it('tells what its first record holds, whatever its time and nulls', () => {
    for (const record of [
      recordOf(Buffer.from('key'), Buffer.alloc(3000, 'value')),
      recordOf(null, Buffer.from('v')),
      recordOf(Buffer.from('deleted'), null),
      { ...recordOf(Buffer.alloc(0), Buffer.alloc(0)), timestampMs: timestamp - 86_400_000 * 365 * 40 },
    ])
      for (const compression of ['none', 'zstd'] as const) {
        const { key, value } = seal([record, ...records(1)], compression).firstContent();
        assert.deepEqual([[key?.toString(), value?.toString()]], pairs([record]));
      }
  });

  it('grows to hold a record of any size', () => {
    const content = [...records(2), ...records(1, 3_000_000), ...records(2)];
    assert.deepEqual(decoded(seal(content, 'none')), pairs(content));
  });

  it('splits into two batches that hold its records in order', () => {
    const content = records(301, 120);
    const parts = seal(content, 'zstd').split();
    assert.deepEqual(parts.flatMap(decoded), pairs(content));
    for (const part of parts) {
      const { lastOffsetDelta, records: read, crc } = readRecordsBatch(Reader.from(part.bytes));
      assert.equal(part.count, read.length);
      assert.equal(lastOffsetDelta, read.length - 1);
      assert.equal(crc, crc32c(part.bytes.subarray(21)));
      assert.deepEqual(
        read.map(({ offsetDelta }) => offsetDelta),
        read.map((_, index) => index),
      );
    }
  });

  it('splits off the large record, wherever it is', () => {
    for (const content of [
      [...records(1, 5000), ...records(3)],
      [...records(3), ...records(1, 5000)],
      [...records(2), ...records(1, 5000), ...records(2)],
      records(2),
    ]) {
      const parts = seal(content, 'none').split();
      assert.ok(parts.every(({ count }) => count >= 1 && count < content.length));
      assert.deepEqual(parts.flatMap(decoded), pairs(content));
    }
  });
});
