import assert from 'node:assert/strict';
import { imageOf } from '../../row-image.ts';
import type { TableSchema } from '../../table-schema.ts';
import { SnapshotRows } from './snapshot-rows.ts';

const table = (name: string): TableSchema => ({ database: 'd', schema: 'public', table: name, columns: [], key: null });

/** The marks of a snapshot of tables with so many rows each. */
function marks(...sizes: number[]): string[] {
  const rows = new SnapshotRows({ database: 'd', xid: 7, from: (3n << 32n) | 5n });
  const events = sizes.flatMap((size, index) => {
    rows.beginTable(table(`t${index}`), BigInt(index));
    for (let row = 0; row < size; row += 1) rows.add(imageOf([]));
    return rows.take();
  });
  return [...events, ...rows.take(true)].map(
    ({ table: { table: name }, transaction }) => `${name} ${transaction.snapshot}`,
  );
}

describe('rows of a snapshot', () => {
  it('are marked as Debezium marks them', () => {
    assert.deepEqual(marks(3, 3), [
      't0 first',
      't0 true',
      't0 last_in_data_collection',
      't1 first_in_data_collection',
      't1 true',
      't1 last',
    ]);
    assert.deepEqual(marks(2, 1, 2), [
      't0 first',
      't0 last_in_data_collection',
      't1 last_in_data_collection',
      't2 first_in_data_collection',
      't2 last',
    ]);
  });

  it('end with the last row there is, whatever tables are empty', () => {
    assert.deepEqual(marks(0, 2, 0), ['t1 first', 't1 last']);
    assert.deepEqual(marks(1), ['t0 last']);
    assert.deepEqual(marks(0, 0), []);
  });

  it('are counted by table, of the first tables only', () => {
    const rows = new SnapshotRows({ database: 'd', xid: 7, from: 0n });
    assert.deepEqual(rows.byTable, []);
    for (const [name, size] of [
      ['a', 3],
      ['b', 0],
      ['c', 2],
    ] as const) {
      rows.beginTable(table(name), 1n);
      for (let row = 0; row < size; row += 1) rows.add(imageOf([]));
    }
    assert.deepEqual(rows.byTable, [
      { table: 'public.a', rows: 3 },
      { table: 'public.b', rows: 0 },
      { table: 'public.c', rows: 2 },
    ]);
    for (let more = 0; more < 500; more += 1) rows.beginTable(table(`t${more}`), 1n);
    assert.equal(rows.byTable.length, 200);
    assert.equal(rows.count, 5);
  });

  it('share one transaction object per mark and table, and the place where streaming begins', () => {
    const rows = new SnapshotRows({ database: 'd', xid: 7, from: (3n << 32n) | 5n });
    rows.beginTable(table('t'), 1n);
    for (let row = 0; row < 4; row += 1) rows.add(imageOf([]));
    const [first, second, third, last] = rows.take(true);
    assert.equal(second?.transaction, third?.transaction);
    assert.deepEqual([first?.positionHigh, first?.positionLow], [3, 5]);
    assert.equal(last?.transaction.commitLsn, (3n << 32n) | 5n);
  });
});
