import assert from 'node:assert/strict';
import type { Resume } from './stream-position.ts';
import { TransactionCursor } from './transaction-cursor.ts';

function cursorAt(done: bigint, resume: Resume = { kind: 'boundary' }): TransactionCursor {
  return new TransactionCursor({ database: 'd', start: { done, resume }, previousCommitEnd: null, logEnd: 240n });
}

/** Begins a transaction and says which of its changes (by LSN) are delivered. */
function transaction(
  cursor: TransactionCursor,
  begin: { commit: bigint; xid?: number },
  lsns: readonly number[],
): boolean[] {
  cursor.begin({ timeMicros: 1n, xid: 1, ...begin });
  return lsns.map((lsn) => cursor.count(0, lsn, 'INSERT'));
}

describe('knowing which changes were delivered', () => {
  it('passes over transactions that were finished before, and takes one whose commit record begins where they end', () => {
    const cursor = cursorAt(100n);
    assert.deepEqual(transaction(cursor, { commit: 90n }, [10, 11]), [false, false]);
    assert.equal(cursor.position(), undefined);
    cursor.commit(100n);
    assert.deepEqual(transaction(cursor, { commit: 100n }, [12]), [true]);
    cursor.commit(130n);
    assert.equal(cursor.position()?.done, 130n);
  });

  it('skips exactly the changes delivered of an interrupted transaction, though several share an LSN', () => {
    const cursor = cursorAt(100n, { kind: 'ordinal', commit: 200n, ordinal: 3 });
    assert.equal(cursor.position(), undefined);
    assert.deepEqual(transaction(cursor, { commit: 200n }, [150, 150]), [false, false]);
    assert.equal(cursor.position(), undefined, 'not before the place where it was');
    assert.equal(cursor.count(0, 150, 'INSERT'), false);
    assert.equal(cursor.count(0, 150, 'INSERT'), true);
    assert.equal(cursor.position(), undefined, 'more may come at 150');
    assert.equal(cursor.count(0, 160, 'INSERT'), true);
    assert.deepEqual(cursor.position()?.open, { commit: 200n, ordinal: 4 });
  });

  it('forgets the interrupted transaction when another one comes in its place', () => {
    const cursor = cursorAt(100n, { kind: 'ordinal', commit: 200n, ordinal: 3 });
    assert.deepEqual(transaction(cursor, { commit: 150n }, [110]), [true]);
    cursor.commit(160n);
    assert.deepEqual(transaction(cursor, { commit: 200n }, [170]), [true]);
  });

  it('finds Debezium’s place in the transaction with its xid by LSN, and by the number of events at that LSN', () => {
    const all: Resume = { kind: 'lsn', xid: 7, lsn: 120n, eventsAtLsn: null };
    assert.deepEqual(transaction(cursorAt(100n, all), { commit: 200n, xid: 7 }, [110, 120, 120, 130, 120]), [
      false,
      false,
      false,
      true,
      true,
    ]);
    assert.deepEqual(transaction(cursorAt(100n, all), { commit: 200n, xid: 8 }, [110, 120]), [true, true]);
    const one: Resume = { ...all, eventsAtLsn: 1 };
    assert.deepEqual(transaction(cursorAt(100n, one), { commit: 200n, xid: 7 }, [110, 120, 120]), [false, false, true]);
    const none: Resume = { ...all, eventsAtLsn: 0 };
    assert.deepEqual(transaction(cursorAt(100n, none), { commit: 200n, xid: 7 }, [120]), [true]);
  });

  it('tells Debezium the last LSN of which nothing is outstanding', () => {
    const cursor = cursorAt(100n);
    transaction(cursor, { commit: 200n }, [110]);
    const place = (): unknown[] => {
      const { lsn, messageType, open } = cursor.position() ?? {};
      return [lsn, messageType, open?.ordinal];
    };
    assert.deepEqual(place(), [100n, 'COMMIT', undefined], 'more may come at 110');
    assert.equal(cursor.isOpen(0, 110), true);
    cursor.count(0, 120, 'UPDATE');
    assert.deepEqual(place(), [110n, 'INSERT', 1]);
    assert.deepEqual([cursor.isOpen(0, 110), cursor.isOpen(0, 120)], [false, true]);
    cursor.count(0, 120, 'DELETE');
    assert.deepEqual(place(), [110n, 'INSERT', 1]);
    cursor.commit(210n);
    assert.deepEqual(place(), [210n, 'COMMIT', undefined]);
    assert.equal(cursor.isOpen(0, 120), false);
  });

  it('goes forward with what the server says it has sent, but never within a transaction', () => {
    const cursor = cursorAt(100n);
    assert.equal(cursor.advance(90n), false);
    assert.equal(cursor.advance(150n), true);
    assert.equal(cursor.position()?.done, 150n);
    cursor.begin({ commit: 300n, timeMicros: 1n, xid: 1 });
    assert.equal(cursor.advance(250n), false);
    cursor.commit(310n);
    assert.equal(cursor.previousCommitEnd, 310n);
  });

  it('waits for an interrupted transaction only as long as it can still come', () => {
    const cursor = cursorAt(100n, { kind: 'ordinal', commit: 200n, ordinal: 3 });
    assert.equal(cursor.advance(150n), false);
    assert.equal(cursor.position(), undefined);
    assert.equal(cursor.advance(250n), true);
    assert.equal(cursor.position()?.done, 250n);
  });

  it('moves on with each message outside of transactions, as if that were a commit of its own', () => {
    const cursor = cursorAt(100n);
    assert.equal(cursor.message(100n), undefined, 'delivered before');
    const message = cursor.message(140n);
    assert.deepEqual([message?.xid, message?.previousCommitEnd], [null, 140n]);
    assert.deepEqual([cursor.position()?.done, cursor.position()?.open], [140n, null]);
    transaction(cursor, { commit: 200n }, [120]);
    assert.throws(() => cursor.message(150n), RangeError);
    cursor.count(0, 180, 'MESSAGE');
    cursor.count(0, 190, 'INSERT');
    assert.equal(cursor.position()?.messageType, 'MESSAGE');
  });

  it('has no place for a message before an interrupted transaction until that comes, or can come no more', () => {
    const resume: Resume = { kind: 'ordinal', commit: 200n, ordinal: 1 };
    const cursor = cursorAt(100n, resume);
    assert.ok(cursor.message(150n));
    assert.equal(cursor.position(), undefined);
    assert.deepEqual(transaction(cursor, { commit: 200n }, [120, 130]), [false, true]);
    const late = cursorAt(100n, resume);
    assert.ok(late.message(230n));
    assert.equal(late.position()?.done, 230n);
  });

  it('stops at a stream that makes no sense', () => {
    const cursor = cursorAt(0n);
    assert.throws(() => cursor.transaction, RangeError);
    assert.throws(() => cursor.commit(1n), RangeError);
  });
});
