import assert from 'node:assert/strict';
import type { SourceOffset } from '../../change-batch.ts';
import { creatingOffset, readOffset, snapshotOffset, streamOffset } from './stored-offset.ts';
import type { StreamPosition } from './stream-position.ts';

const source = { slot: 's', system: '7123456789012345678' };
const position: StreamPosition = {
  done: 100n,
  open: null,
  lsn: 100n,
  messageType: 'COMMIT',
  xid: 7,
  timeMicros: 1_700_000_000_000_000n,
};

const startOf = (offset: SourceOffset, numbering = 'n'): unknown => {
  const stored = readOffset(offset, numbering);
  return stored.state === 'stream' ? stored.start : stored.state;
};

describe('offsets of a PostgreSQL source', () => {
  it('are flat and have Debezium’s fields, at a border and within a transaction', () => {
    assert.deepEqual(streamOffset(position, source, { numbering: 'n' }), {
      ts_usec: 1_700_000_000_000_000n,
      txId: 7,
      lsn: 100n,
      lsn_proc: 100n,
      lsn_commit: 100n,
      messageType: 'COMMIT',
      'millrace.state': 'stream',
      'millrace.slot': 's',
      'millrace.system': '7123456789012345678',
    });
    const open = { ...position, open: { commit: 150n, ordinal: 3 }, lsn: 120n, messageType: 'UPDATE' as const };
    const offset = streamOffset(open, source, { numbering: 'n' });
    assert.equal(offset['lsn'], 120n);
    assert.equal(offset['lsn_commit'], 100n);
    assert.equal(offset['messageType'], 'UPDATE');
    assert.ok(Object.values({ ...offset, ...creatingOffset(source) }).every((value) => typeof value !== 'object'));
  });

  it('give back exactly where streaming was', () => {
    const boundary = streamOffset(position, source, { numbering: 'n' });
    assert.deepEqual(readOffset(boundary, 'n'), {
      state: 'stream',
      start: { done: 100n, resume: { kind: 'boundary' } },
      previousCommitEnd: 100n,
      run: null,
      source,
    });
    const open = streamOffset({ ...position, open: { commit: 150n, ordinal: 3 } }, source, { numbering: 'n' });
    assert.deepEqual(startOf(open), { done: 100n, resume: { kind: 'ordinal', commit: 150n, ordinal: 3 } });
    assert.deepEqual(startOf(open, 'other'), { done: 100n, resume: { kind: 'boundary' } }, 'another numbering');
  });

  it('tell the steps of a snapshot, for us and for Debezium', () => {
    const creating = creatingOffset(source);
    assert.deepEqual(readOffset(creating, 'n'), { state: 'creating', source });
    assert.deepEqual([creating['snapshot'], creating['snapshot_completed']], ['INITIAL', false]);
    const snapshot = { from: 90n, xid: 5, timeMicros: 1n };
    const running = snapshotOffset({ ...snapshot, completed: false, run: 'r' }, source);
    assert.deepEqual(readOffset(running, 'n'), { state: 'snapshot', from: 90n, run: 'r', source });
    const completed = snapshotOffset({ ...snapshot, completed: true, run: 'r' }, source);
    assert.deepEqual(startOf(completed), { done: 90n, resume: { kind: 'boundary' } });
    assert.deepEqual([completed['snapshot_completed'], completed['last_snapshot_record']], [true, true]);
  });

  it('of Debezium are understood: at a border, within a transaction, at its begin, during and after a snapshot', () => {
    const common = { lsn_commit: 100, txId: 7, ts_usec: 1 };
    assert.deepEqual(startOf({ ...common, lsn: 100, lsn_proc: 100, messageType: 'COMMIT' }), {
      done: 100n,
      resume: { kind: 'boundary' },
    });
    const within = { ...common, lsn: 120, lsn_proc: 120, messageType: 'INSERT' };
    assert.deepEqual(startOf(within), { done: 100n, resume: { kind: 'lsn', xid: 7, lsn: 120n, eventsAtLsn: null } });
    assert.deepEqual(startOf({ ...within, lsn_events_processed: 2 }), {
      done: 100n,
      resume: { kind: 'lsn', xid: 7, lsn: 120n, eventsAtLsn: 2 },
    });
    assert.deepEqual(startOf({ ...within, messageType: 'BEGIN' }), {
      done: 100n,
      resume: { kind: 'lsn', xid: 7, lsn: 120n, eventsAtLsn: 0 },
    });
    assert.equal(
      startOf({
        lsn: 90,
        txId: 5,
        snapshot: 'INITIAL',
        snapshot_completed: false,
        run: 'r',
        last_snapshot_record: false,
      }),
      'foreign-snapshot',
    );
    assert.equal(startOf({ lsn: 90, txId: 5, snapshot: true }), 'foreign-snapshot');
    const completed = { lsn: 90, txId: 5, snapshot: 'INITIAL', snapshot_completed: true, last_snapshot_record: true };
    assert.deepEqual(startOf(completed), { done: 90n, resume: { kind: 'boundary' } });
    assert.deepEqual(startOf({ lsn: '90', lsn_proc: '95', txId: 5, messageType: 'INSERT' }), {
      done: 95n,
      resume: { kind: 'lsn', xid: 5, lsn: 90n, eventsAtLsn: null },
    });
  });

  it('read LSNs above 2^63 as Java stores them, signed', () => {
    assert.deepEqual(startOf({ lsn: -1n, lsn_commit: -2n, messageType: 'COMMIT' }), {
      done: 2n ** 64n - 2n,
      resume: { kind: 'boundary' },
    });
  });

  it('that nothing can start from are refused with what they have', () => {
    assert.throws(() => readOffset({ foo: 1 }, 'n'), { code: 'POSTGRES_OFFSET_INVALID', message: /it has: foo/ });
    assert.throws(() => readOffset({ lsn: 'abc' }, 'n'), {
      code: 'POSTGRES_OFFSET_INVALID',
      message: /lsn .* no integer/,
    });
    assert.deepEqual(readOffset(undefined, 'n'), { state: 'none' });
  });
});
