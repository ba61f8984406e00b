import assert from 'node:assert/strict';
import type { PostgresTransaction, RowChange } from '../../change-event.ts';
import { fieldText, imageOf } from '../../row-image.ts';
import type { TableSchema } from '../../table-schema.ts';
import { ChunkWindow } from './chunk-window.ts';
import { RecentTransactions } from './recent-transactions.ts';
import { RowKey } from './row-key.ts';
import { primarySight, standbySight } from './sight.ts';

const column = (name: string): TableSchema['columns'][number] => ({
  name,
  type: { kind: 'int32' },
  sourceType: { name: 'int4', length: null, scale: null },
  optional: false,
  defaultText: undefined,
});
const item: TableSchema = {
  database: 'd',
  schema: 'public',
  table: 'item',
  columns: [column('id'), column('v')],
  key: [0],
};
const other: TableSchema = { ...item, table: 'other' };

const transaction = (xid: number): PostgresTransaction => ({
  source: 'postgresql',
  database: 'd',
  xid,
  timeMicros: 0n,
  commitLsn: BigInt(xid) * 100n,
  previousCommitEnd: null,
  snapshot: 'false',
});
const change = (
  xid: number,
  op: RowChange['op'],
  {
    before = null,
    after = null,
    table = item,
  }: { before?: string[] | null; after?: string[] | null; table?: TableSchema },
): RowChange => ({
  kind: 'row',
  op,
  table,
  before: before === null ? null : imageOf(before),
  partialBefore: false,
  after: after === null ? null : imageOf(after),
  transaction: transaction(xid),
  positionHigh: 0,
  positionLow: xid,
  ordinal: 1,
});

describe('the window of a chunk', () => {
  const open = (before: PostgresTransaction[] = [], limitBytes = 10_000): ChunkWindow =>
    new ChunkWindow({ table: 'public.item', key: ['id'], before, limitBytes });
  const key = new RowKey(['id']);
  const add = (window: ChunkWindow, ...ids: number[]): void => {
    for (const id of ids) {
      const row = imageOf([String(id), 'old']);
      window.add(key.of(item, row) ?? '', row);
    }
  };
  const ids = (window: ChunkWindow): (string | null | undefined)[] => [...window.rows].map((row) => fieldText(row, 0));

  it('loses the rows of changes that its snapshot does not see, whether they come before, while or after it is read', () => {
    const window = open();
    window.saw([change(12, 'u', { after: ['1', 'new'] })]);
    window.see(primarySight('10:11:'));
    add(window, 1, 2);
    window.saw([change(13, 'd', { before: ['3', 'old'] })]);
    add(window, 3, 4, 5);
    window.read();
    window.saw([change(14, 'u', { after: ['5', 'new'] })]);
    assert.deepEqual(ids(window), ['2', '4']);
  });

  it('keeps the rows of changes that its snapshot sees, and of other tables', () => {
    const window = open();
    window.saw([change(9, 'u', { after: ['1', 'seen'] }), change(12, 'u', { after: ['2', 'x'], table: other })]);
    window.see(primarySight('10:11:'));
    add(window, 1, 2);
    window.saw([change(10, 'u', { after: ['2', 'seen'] })]);
    window.read();
    assert.deepEqual(ids(window), ['1', '2']);
  });

  it('loses both rows of a change that moves one from a key to another', () => {
    const window = open();
    window.see(primarySight('10:11:'));
    add(window, 1, 2, 3);
    window.read();
    window.saw([change(12, 'u', { before: ['1', 'old'], after: ['3', 'new'] })]);
    assert.deepEqual(ids(window), ['2']);
  });

  it('a transaction that was running when the snapshot was taken is not seen, though older than others that are', () => {
    const window = open();
    window.see(primarySight('10:20:10,15'));
    add(window, 1, 2);
    window.saw([change(15, 'u', { after: ['1', 'new'] }), change(16, 'u', { after: ['2', 'seen'] })]);
    window.read();
    assert.deepEqual(ids(window), ['2']);
  });

  it('is broken when a transaction that was delivered before is not visible yet', () => {
    const window = open([transaction(15)]);
    window.see(primarySight('15:20:15'));
    assert.notEqual(window.broken, undefined);
    const good = open([transaction(15)]);
    good.see(primarySight('16:20:'));
    assert.equal(good.broken, undefined);
  });

  it('is broken by a truncation, and by a row that cannot be told', () => {
    for (const broken of [change(12, 't', {}), change(12, 'd', { before: null })]) {
      const window = open();
      window.see(primarySight('10:11:'));
      add(window, 1);
      window.saw([broken]);
      assert.notEqual(window.broken, undefined);
      assert.equal(window.size, 0);
    }
  });

  it('keeps no more keys of changes than its bytes allow', () => {
    const window = open([], 1000);
    window.saw(Array.from({ length: 20 }, (_, id) => change(12, 'u', { after: [String(id), 'new'] })));
    assert.match(window.broken ?? '', /too many changes/);
  });

  it('on a standby sees what had ended at the position replayed before', () => {
    const window = open();
    window.see(standbySight(1100n));
    add(window, 1, 2, 3);
    // Commit records at 1000, 1100 and 1200.
    window.saw([10, 11, 12].map((xid) => change(xid, 'u', { after: [String(xid - 9), 'new'] })));
    assert.deepEqual(ids(window), ['1']);
  });

  it('compares 32-bit ids of the stream with 64-bit ones of the snapshot', () => {
    const window = open();
    const epoch = 1n << 32n;
    window.see(primarySight(`${epoch + 5n}:${epoch + 10n}:${epoch + 6n}`));
    add(window, 1, 2, 3);
    // The first is of the epoch before.
    window.saw([change(4_294_967_290, 'u', { after: ['1', 'seen'] }), change(6, 'u', { after: ['2', 'new'] })]);
    window.saw([change(12, 'u', { after: ['3', 'new'] })]);
    assert.deepEqual(ids(window), ['1']);
  });
});

describe('recent transactions', () => {
  it('are kept by table until a snapshot sees them', () => {
    const recent = new RecentTransactions();
    recent.saw([change(10, 'c', { after: ['1', 'x'] }), change(11, 'c', { after: ['2', 'x'], table: other })]);
    recent.saw([change(12, 'c', { after: ['3', 'x'] })]);
    assert.deepEqual(
      recent.of('public.item').map(({ xid }) => xid),
      [10, 12],
    );
    recent.prune(primarySight('12:13:12'));
    assert.deepEqual(
      recent.of('public.item').map(({ xid }) => xid),
      [12],
    );
    assert.deepEqual(recent.of('public.other'), []);
    recent.saw([change(9, 'c', { after: ['4', 'x'], table: other })]);
    assert.deepEqual(recent.of('public.other'), []);
  });
});
