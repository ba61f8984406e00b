import assert from 'node:assert/strict';
import { imageOf } from '../../row-image.ts';
import type { TableSchema } from '../../table-schema.ts';
import { SnapshotRows, type RowGroup } from './snapshot-rows.ts';

const table: TableSchema = { database: 'd', schema: 'public', table: 't', columns: [], key: null };

/** The marks of groups of so many rows. */
function marks(...groups: { size: number; first?: RowGroup['first']; last?: RowGroup['last'] }[]): string[] {
  const rows = new SnapshotRows({ database: 'd', xid: 7, from: (3n << 32n) | 5n });
  return groups.flatMap(({ size, first = null, last = null }, index) => {
    rows.begin({ table, timeMicros: BigInt(index), first, last });
    for (let row = 0; row < size; row += 1) rows.add(imageOf([]));
    return [...rows.take(), ...rows.take(true)].map(({ transaction }) => transaction.snapshot);
  });
}

describe('rows of a snapshot', () => {
  it('are marked as Debezium marks them', () => {
    assert.deepEqual(marks({ size: 3, first: 'all', last: 'table' }, { size: 3, first: 'table', last: 'all' }), [
      'first',
      'true',
      'last_in_data_collection',
      'first_in_data_collection',
      'true',
      'last',
    ]);
    assert.deepEqual(marks({ size: 1, first: 'table', last: 'table' }), ['last_in_data_collection']);
    assert.deepEqual(marks({ size: 1, first: 'all', last: 'all' }), ['last']);
  });

  it('have no mark amid a table', () => {
    assert.deepEqual(marks({ size: 2, first: 'all' }, { size: 2 }, { size: 0 }), ['first', 'true', 'true', 'true']);
  });

  it('of a group that broke off are forgotten when the next begins', () => {
    const rows = new SnapshotRows({ database: 'd', xid: 7, from: 5n });
    const group = { table, timeMicros: 1n, first: null, last: null };
    rows.begin(group);
    rows.add(imageOf(['a']));
    rows.add(imageOf(['b']));
    rows.begin(group);
    rows.add(imageOf(['a']));
    assert.equal(rows.count, 1);
    assert.equal(rows.take(true).length, 1);
  });

  it('share one transaction per mark, with the place at which streaming begins', () => {
    const rows = new SnapshotRows({ database: 'd', xid: 7, from: (3n << 32n) | 5n });
    rows.begin({ table, timeMicros: 1n, first: null, last: null });
    for (let row = 0; row < 3; row += 1) rows.add(imageOf([]));
    const [first, second] = rows.take(true);
    assert.equal(first?.transaction, second?.transaction);
    assert.deepEqual([first?.positionHigh, first?.positionLow, first?.transaction.xid], [3, 5, 7]);
  });
});
