import assert from 'node:assert/strict';
import { hasBegun, hasNoticed, hasTaken, isStreaming, queueOf } from './connector-offsets.ts';

const server = 'chaos_1';
const main = (
  offset: Record<string, unknown>,
): { partition: Record<string, unknown>; offset: Record<string, unknown> } => ({
  partition: { server },
  offset,
});

describe('what chaos reads in stored offsets', () => {
  it('a snapshot has begun once the place behind it is stored, and streams once that has moved on', () => {
    const creating = [main({ snapshot: 'INITIAL', 'millrace.state': 'creating' })];
    const snapshot = [main({ snapshot: 'INITIAL', 'millrace.state': 'snapshot', lsn: 7 })];
    const stream = [main({ 'millrace.state': 'stream', lsn: 8 })];
    assert.deepEqual([creating, snapshot, stream].map(hasBegun), [false, true, true]);
    assert.deepEqual([creating, snapshot, stream].map(isStreaming), [false, false, true]);
  });

  it('incremental snapshots are over when nothing of their queue is stored', () => {
    const partition = { server, 'millrace.incremental': 'queue' };
    assert.equal(queueOf([main({ lsn: 8 }), { partition, offset: null }]), undefined);
    assert.deepEqual(queueOf([{ partition, offset: { 'millrace.paused': true } }]), { 'millrace.paused': true });
  });

  it('a table is noticed by its whole name, a signal by its offset', () => {
    const lists = JSON.stringify({ 'table.include.list': 'public.t1,public.t10' });
    const filters = [
      { partition: { server, 'millrace.incremental': 'filters' }, offset: { 'millrace.filters': lists } },
    ];
    assert.deepEqual(
      ['public.t1', 'public.t10', 'public.t'].map((table) => hasNoticed(filters, table)),
      [true, true, false],
    );
    const signals = [{ partition: { server, 'millrace.signals': 'topic' }, offset: { offset: 4 } }];
    assert.deepEqual(
      [3n, 4n, 5n].map((offset) => hasTaken(signals, 'topic', offset)),
      [true, true, false],
    );
    assert.equal(hasTaken(signals, 'other', 0n), false);
  });
});
