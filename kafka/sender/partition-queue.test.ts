import { Reader, readRecordsBatch } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { BatchLimit } from './batch-limit.ts';
import { BufferPool } from './buffer-pool.ts';
import { CommitRound } from './commit-round.ts';
import type { Compression } from './compression.ts';
import { recordOf } from './encoded-record.ts';
import { PartitionQueue, type QueueRound } from './partition-queue.ts';

const identity = { producerId: 1n, producerEpoch: 0 };

interface Sent {
  readonly sequence: number;
  readonly values: readonly (string | undefined)[];
}

/** A queue under test, with the events it raised. */
class Fixture {
  readonly queue: PartitionQueue;
  ready = Promise.withResolvers<undefined>();
  begun = 0;

  constructor(compression: Compression = 'none', batchBytes = 900_000) {
    this.queue = new PartitionQueue(0, {
      topic: 'orders',
      limit: new BatchLimit(batchBytes),
      pool: new BufferPool(1_000_000),
      compression,
      transactional: false,
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
