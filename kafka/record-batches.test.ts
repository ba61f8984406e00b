import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import type { AbortedTransaction } from './calls/fetch.ts';
import type { Isolation } from './calls/list-offsets.ts';
import { readBatches } from './record-batches.ts';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

function record(offsetDelta: number, value: string): KafkaRecord {
  return {
    length: 0,
    attributes: 0,
    timestampDelta: 5n,
    offsetDelta,
    key: null,
    value: Buffer.from(value),
    headers: [],
  };
}

function batch(firstOffset: bigint, records: readonly KafkaRecord[], more: Partial<RecordsBatch> = {}): RecordsBatch {
  return {
    firstOffset,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: Math.max(0, records.length - 1),
    firstTimestamp: 100n,
    maxTimestamp: 900n,
    producerId: -1n,
    producerEpoch: -1,
    firstSequence: -1,
    records: [...records],
    ...more,
  };
}

const transactional = (producerId: bigint): Partial<RecordsBatch> => ({ attributes: 0x10, producerId });

function marker(offset: bigint, producerId: bigint, key: Buffer): RecordsBatch {
  return batch(offset, [{ ...record(0, ''), key }], { attributes: 0x30, producerId });
}

interface Given {
  readonly batches: readonly RecordsBatch[];
  readonly aborted?: readonly AbortedTransaction[];
  readonly from?: bigint;
  readonly isolation?: Isolation;
}

function read({ batches, aborted = [], from = 0n, isolation = 'read_committed' }: Given) {
  const seen: string[] = [];
  const fetched = { partitionIndex: 3, errorCode: 0, highWatermark: 0n, lastStableOffset: 0n, batches, aborted };
  const next = readBatches({
    fetched,
    from,
    isolation,
    onRecord: ({ offset, value }) => seen.push(`${offset}:${value?.toString() ?? 'null'}`),
  });
  return { seen, next };
}

describe('batches of a log', () => {
  it('the position follows the headers of the batches over gaps and empty batches', () => {
    const batches = [
      batch(0n, [record(2, 'a')], { lastOffsetDelta: 4 }),
      batch(10n, [], { lastOffsetDelta: 2 }),
      batch(20n, [], { lastOffsetDelta: 0, attributes: 0x20 }),
    ];
    assert.deepEqual(read({ batches }), { seen: ['2:a'], next: 21n });
  });

  it('records below the asked offset are left out, and a batch below it does not set the position back', () => {
    const batches = [batch(0n, [record(0, 'a'), record(1, 'b')]), batch(2n, [record(0, 'c'), record(1, 'd')])];
    assert.deepEqual(read({ batches, from: 3n }), { seen: ['3:d'], next: 4n });
    assert.deepEqual(read({ batches: [batch(0n, [record(0, 'a')])], from: 3n }), { seen: [], next: 3n });
  });

  it('without batches the position stays', () => {
    assert.deepEqual(read({ batches: [], from: 7n }), { seen: [], next: 7n });
  });

  it('hides aborted transactions only, also when a producer has several in one answer', () => {
    const batches = [
      batch(0n, [record(0, 'aborted')], transactional(1n)),
      batch(1n, [record(0, 'other')], transactional(2n)),
      marker(2n, 1n, ABORT),
      batch(3n, [record(0, 'kept')], transactional(1n)),
      marker(4n, 1n, COMMIT),
      batch(5n, [record(0, 'aborted again')], transactional(1n)),
      batch(6n, [record(0, 'plain')]),
      marker(7n, 2n, COMMIT),
      marker(8n, 1n, ABORT),
    ];
    const aborted = [
      { producerId: 1n, firstOffset: 5n },
      { producerId: 1n, firstOffset: 0n },
    ];
    assert.deepEqual(read({ batches, aborted }), { seen: ['1:other', '3:kept', '6:plain'], next: 9n });
    assert.equal(read({ batches, aborted, isolation: 'read_uncommitted' }).seen.length, 5);
  });

  it('hides the rest of an aborted transaction that began before this answer', () => {
    const batches = [batch(50n, [record(0, 'aborted')], transactional(1n)), marker(51n, 1n, ABORT)];
    assert.deepEqual(read({ batches, aborted: [{ producerId: 1n, firstOffset: 3n }], from: 50n }), {
      seen: [],
      next: 52n,
    });
  });

  it("takes the broker's time where the topic has it", () => {
    const times: bigint[] = [];
    const batches = [batch(0n, [record(0, 'a')]), batch(1n, [record(0, 'b')], { attributes: 0x08 })];
    const fetched = { partitionIndex: 0, errorCode: 0, highWatermark: 0n, lastStableOffset: 0n, batches, aborted: [] };
    readBatches({
      fetched,
      from: 0n,
      isolation: 'read_uncommitted',
      onRecord: ({ timestampMs }) => times.push(timestampMs),
    });
    assert.deepEqual(times, [105n, 900n]);
  });
});
