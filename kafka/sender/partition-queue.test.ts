import { Reader, readRecordsBatch } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { BatchLimit } from './batch-limit.ts';
import { BufferPool } from './buffer-pool.ts';
import { CommitRound } from './commit-round.ts';
import type { Compression } from './compression.ts';
import { recordOf } from './encoded-record.ts';
import { PartitionQueue, type QueueRound } from './partition-queue.ts';
import type { TooLargeRecord } from './too-large-record.ts';

const identity = { producerId: 1n, producerEpoch: 0 };

interface Sent {
  readonly sequence: number;
  readonly values: readonly (string | undefined)[];
}

/** A queue under test, with the events it raised. */
class Fixture {
  readonly queue: PartitionQueue;
  readonly leftOut: string[] = [];
  ready = Promise.withResolvers<undefined>();
  begun = 0;

  constructor(compression: Compression = 'none', batchBytes = 900_000, tolerant = false) {
    const onTooLarge = ({ error, content }: TooLargeRecord): number =>
      this.leftOut.push(`${error.code} ${content().value?.toString('utf8', 0, 5) ?? 'null'}`);
    this.queue = new PartitionQueue(0, {
      topic: 'orders',
      limit: new BatchLimit(batchBytes),
      pool: new BufferPool(1_000_000),
      compression,
      transactional: false,
      maxRequestBytes: 100_000,
      onTooLarge: tolerant ? onTooLarge : undefined,
      onBegun: () => (this.begun += 1),
      onReady: () => this.ready.resolve(undefined),
      onBroken: (error) => this.ready.reject(error),
    });
  }

  append(round: QueueRound, ...values: string[]): void {
    for (const value of values) this.queue.append(recordOf(null, Buffer.from(value)), round);
  }

  /** What leaves now, as the broker would see it. */
  depart(): Sent | undefined {
    if (this.queue.next(0) === undefined) return undefined;
    const { firstSequence, records } = readRecordsBatch(Reader.from(this.queue.depart(identity).bytes));
    return { sequence: firstSequence, values: records.map(({ value }) => value?.toString()) };
  }
}

function roundOf(mayLeave: boolean): QueueRound {
  return new CommitRound(mayLeave);
}

describe('partition queue', () => {
  it('lets one batch leave at a time, each numbered after the one before', () => {
    const fixture = new Fixture();
    const round = roundOf(true);
    fixture.append(round, 'a', 'b');
    fixture.queue.seal();
    fixture.append(round, 'c');
    fixture.queue.seal();
    assert.deepEqual(fixture.depart(), { sequence: 0, values: ['a', 'b'] });
    assert.equal(fixture.depart(), undefined);
    fixture.queue.acknowledged();
    assert.deepEqual(fixture.depart(), { sequence: 2, values: ['c'] });
  });

  it('sends a batch without a definite answer again before any other, with its number', () => {
    const fixture = new Fixture();
    const round = roundOf(true);
    fixture.append(round, 'a');
    fixture.queue.seal();
    const first = fixture.depart();
    fixture.append(round, 'b');
    fixture.queue.seal();
    fixture.queue.returned();
    assert.deepEqual(fixture.depart(), first);
  });

  it('keeps the order while a batch is still being compressed', async () => {
    const fixture = new Fixture('gzip');
    const round = roundOf(true);
    const large = 'x'.repeat(100_000);
    fixture.append(round, large);
    fixture.queue.seal();
    fixture.append(round, 'small');
    fixture.queue.seal();
    assert.equal(fixture.depart(), undefined);
    await fixture.ready.promise;
    assert.deepEqual(fixture.depart(), { sequence: 0, values: [large] });
    fixture.queue.acknowledged();
    assert.deepEqual(fixture.depart(), { sequence: 1, values: ['small'] });
  });

  it('numbers the parts of a refused batch as the batch was', async () => {
    const fixture = new Fixture();
    const round = roundOf(true);
    fixture.append(round, 'a', 'b', 'c');
    fixture.queue.seal();
    fixture.append(round, 'd');
    fixture.queue.seal();
    const flushed = round.flushed();
    assert.deepEqual(fixture.depart()?.values, ['a', 'b', 'c']);
    fixture.queue.split();
    const sent: (Sent | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      sent.push(fixture.depart());
      fixture.queue.acknowledged();
    }
    assert.deepEqual(sent, [
      { sequence: 0, values: ['a', 'b'] },
      { sequence: 2, values: ['c'] },
      { sequence: 3, values: ['d'] },
    ]);
    await flushed;
  });

  it('gives the number of a record that Kafka does not take to the one behind it, and the round does not wait for it', async () => {
    for (const compression of ['none', 'zstd'] as const) {
      const fixture = new Fixture(compression, 900_000, true);
      const round = roundOf(true);
      const refused = `large ${'x'.repeat(5000)}`;
      for (const value of ['a', refused, 'b']) {
        fixture.append(round, value);
        fixture.queue.seal();
      }
      const flushed = round.flushed();
      assert.deepEqual(fixture.depart(), { sequence: 0, values: ['a'] });
      fixture.queue.acknowledged();
      assert.deepEqual(fixture.depart(), { sequence: 1, values: [refused] });
      fixture.queue.leaveOut('limit');
      assert.deepEqual(fixture.leftOut, ['RECORD_TOO_LARGE large']);
      assert.deepEqual(fixture.depart(), { sequence: 1, values: ['b'] });
      fixture.queue.acknowledged();
      await flushed;
      assert.equal(round.acknowledgedBytes, round.bytes);
    }
  });

  it('does not let a record that is too large for a request join a batch', () => {
    const fixture = new Fixture('none', 900_000, true);
    const round = roundOf(true);
    fixture.append(round, 'a', `large ${'x'.repeat(100_000)}`, 'b');
    fixture.queue.seal();
    assert.deepEqual(fixture.depart(), { sequence: 0, values: ['a', 'b'] });
    assert.deepEqual(fixture.leftOut, ['RECORD_TOO_LARGE large']);
  });

  it('leaves nothing out that may be in Kafka: the next batch would pass for its repetition', () => {
    const fixture = new Fixture('none', 900_000, true);
    const round = roundOf(true);
    fixture.append(round, 'a', 'b');
    fixture.queue.seal();
    fixture.depart();
    fixture.queue.returned();
    fixture.depart();
    fixture.queue.split();
    assert.deepEqual(fixture.depart(), { sequence: 0, values: ['a'] });
    assert.throws(() => fixture.queue.leaveOut('limit'), {
      code: 'PRODUCER_STATE_LOST',
      message: /more than the limit/,
    });
    fixture.queue.acknowledged();
    assert.deepEqual(fixture.depart(), { sequence: 1, values: ['b'] });
    fixture.queue.leaveOut('limit');
    assert.deepEqual(fixture.leftOut, ['RECORD_TOO_LARGE b']);
  });

  it('leaves nothing out unless it is told to', () => {
    const fixture = new Fixture();
    fixture.append(roundOf(true), 'x'.repeat(200_000));
    fixture.queue.seal();
    fixture.depart();
    assert.throws(() => fixture.queue.leaveOut('limit of 1 bytes'), {
      code: 'RECORD_TOO_LARGE',
      message: /topic orders, partition 0 takes 200\d\d\d bytes with compression none, more than the limit of 1 bytes/,
    });
  });

  it('holds back what belongs to a round that may not leave yet', () => {
    const fixture = new Fixture();
    const [first, second] = [roundOf(true), roundOf(false)];
    fixture.append(first, 'a');
    fixture.append(second, 'b');
    assert.deepEqual(fixture.depart()?.values, ['a']);
    fixture.queue.acknowledged();
    fixture.queue.seal();
    assert.equal(fixture.depart(), undefined);
    second.mayLeave = true;
    assert.deepEqual(fixture.depart(), { sequence: 1, values: ['b'] });
  });

  it('lets an open batch leave once it has lingered', () => {
    const fixture = new Fixture();
    fixture.append(roundOf(true), 'a');
    assert.equal(fixture.begun, 1);
    assert.equal(fixture.depart(), undefined);
    fixture.queue.leavesAt = 0;
    assert.deepEqual(fixture.depart()?.values, ['a']);
  });

  it('closes a batch before the record that would make it too large', () => {
    const fixture = new Fixture('none', 1000);
    const round = roundOf(true);
    const half = 'x'.repeat(500);
    fixture.append(round, half, half);
    assert.deepEqual(fixture.depart()?.values, [half]);
  });

  it('begins to number with 0 again after the epoch was raised', () => {
    const fixture = new Fixture();
    const round = roundOf(true);
    fixture.append(round, 'a', 'b');
    fixture.queue.seal();
    fixture.depart();
    fixture.queue.acknowledged();
    fixture.append(round, 'c');
    fixture.queue.seal();
    fixture.queue.renumber();
    assert.deepEqual(fixture.depart(), { sequence: 0, values: ['c'] });
  });
});
