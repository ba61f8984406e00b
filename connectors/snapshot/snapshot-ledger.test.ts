import assert from 'node:assert/strict';
import { SnapshotLedger } from './snapshot-ledger.ts';
import {
  encodeSnapshotRecord,
  runPartition,
  settlement,
  type SettledChunk,
  type SnapshotRecord,
  type TablePlan,
} from './snapshot-records.ts';

const run = runPartition('inv', 'a1');

function plan(table: string, place: number, chunks: number, more: Partial<TablePlan> = {}): SnapshotRecord {
  const boundaries = Array.from({ length: chunks - 1 }, (_, index) => [String(index)]);
  const common = {
    query: null,
    bytewise: [],
    version: 1,
    epoch: 1,
    split: 'key',
    key: ['id'],
    bytes: 1000,
    first: false,
    last: false,
  } as const;
  return { kind: 'table', plan: { table, place, boundaries, ...common, ...more } };
}

function chunk(table: string, number: number, more: Partial<SettledChunk> = {}): SnapshotRecord {
  const settled = { table, version: 1, chunk: number, epoch: 1, rows: 10, unseen: false, upTo: null, earlier: [] };
  return { kind: 'chunk', chunk: { ...settled, ...more } };
}

function ledgerOf(...records: readonly SnapshotRecord[]): SnapshotLedger {
  const ledger = new SnapshotLedger();
  tell(ledger, ...records);
  return ledger;
}

function tell(ledger: SnapshotLedger, ...records: readonly SnapshotRecord[]): void {
  for (const record of records) {
    const { partition, offset } = encodeSnapshotRecord(run, record);
    ledger.apply(partition, offset);
  }
}

const header = (tasks: number, tables: number): SnapshotRecord => ({
  kind: 'run',
  run: { tasks, tables, from: 2n ** 60n, xid: 7, over: false },
});
const open = (ledger: SnapshotLedger, task: number): string[] =>
  ledger.open(task).map((each) => `${each.plan.table} ${each.chunk}`);

describe('what is known of a shared snapshot', () => {
  it('gives every chunk to one task, whatever the order of the records', () => {
    const ledger = ledgerOf(chunk('b', 1), plan('b', 1, 3), plan('a', 0, 1), header(2, 2));
    assert.deepEqual([open(ledger, 0), open(ledger, 1)], [['a 0'], ['b 0', 'b 2']]);
    assert.deepEqual(
      ledger.openByTask,
      new Map([
        [0, 1],
        [1, 2],
      ]),
    );
    tell(ledger, header(3, 2));
    assert.deepEqual([open(ledger, 0), open(ledger, 1), open(ledger, 2)], [['a 0', 'b 2'], ['b 0'], []]);
  });

  it('is complete when every chunk of every table was read, and not before all tables are known', () => {
    const ledger = ledgerOf(header(1, 2), plan('a', 0, 2), chunk('a', 0), chunk('a', 1));
    assert.equal(ledger.isComplete(), false);
    tell(ledger, plan('b', 1, 1));
    assert.equal(ledger.isComplete(), false);
    tell(ledger, chunk('b', 0));
    assert.equal(ledger.isComplete(), true);
    assert.deepEqual(ledger.figures, {
      rows: 30,
      tablesDone: 2,
      bytesDone: 2000,
      bytes: 2000,
    });
    assert.equal(ledgerOf(header(1, 0)).isComplete(), true, 'there is nothing to read');
  });

  it('has a table planned anew only when nobody reads it by the snapshot that cannot see it', () => {
    const ledger = ledgerOf(header(2, 1), plan('a', 0, 2), chunk('a', 0, { unseen: true }));
    assert.deepEqual([ledger.unseen, ledger.openEpochs], [[], new Set([1])]);
    tell(ledger, chunk('a', 1));
    assert.equal(ledger.openEpochs.size, 0);
    assert.deepEqual([ledger.unseen.map(({ table }) => table), ledger.hasUnseen], [['a'], true]);
    assert.equal(ledger.isComplete(), false);
    tell(ledger, plan('a', 0, 1, { version: 2, epoch: 2 }));
    assert.deepEqual([ledger.unseen, ledger.hasUnseen, open(ledger, 0)], [[], false, ['a 0']]);
    assert.deepEqual([ledger.figures.rows, ledger.figures.tablesDone], [0, 0], 'what was read before counts no more');
    tell(ledger, chunk('a', 0, { version: 2, epoch: 2 }));
    assert.equal(ledger.isComplete(), true);
  });

  it('is late as soon as a chunk was read by a later snapshot', () => {
    const ledger = ledgerOf(
      header(1, 1),
      { kind: 'epoch', number: 1, epoch: { sees: '5:5:', horizon: 9n, late: false } },
      { kind: 'epoch', number: 2, epoch: { sees: '8:8:', horizon: 19n, late: true } },
      plan('a', 0, 2),
      chunk('a', 0),
    );
    assert.deepEqual([ledger.isLate(), ledger.lastEpoch], [false, 2]);
    tell(ledger, chunk('a', 1, { epoch: 2 }));
    assert.equal(ledger.isLate(), true);
  });

  it('leaves a chunk open of which a part was read, and knows how far and by which snapshots', () => {
    const part = chunk('a', 1, { rows: 4, upTo: ['40'] });
    const ledger = ledgerOf(header(1, 1), plan('a', 0, 2), chunk('a', 0), part);
    assert.deepEqual([ledger.isComplete(), ledger.figures.rows, ledger.figures.bytesDone], [false, 14, 500]);
    tell(ledger, plan('a', 0, 2, { epoch: 3 }));
    const [left] = ledger.open(0);
    assert.ok(left !== undefined);
    assert.deepEqual([left.chunk, left.reached?.upTo], [1, ['40']]);
    const further = settlement(left, { rows: 5, unseen: false, upTo: ['60'] });
    assert.deepEqual([further.rows, further.earlier], [9, [{ epoch: 1, upTo: ['40'] }]]);
    tell(ledger, { kind: 'chunk', chunk: further });
    const [again] = ledger.open(0);
    assert.ok(again !== undefined);
    const whole = settlement(again, { rows: 1, unseen: false, upTo: null });
    assert.deepEqual([whole.epoch, whole.rows, whole.earlier], [3, 10, [{ epoch: 1, upTo: ['40'] }]]);
    tell(ledger, { kind: 'chunk', chunk: whole });
    assert.equal(ledger.isComplete(), true);
  });

  it('knows by which names a snapshot can be had: the newest of each task', () => {
    const holder = (task: number, name: string): SnapshotRecord => ({ kind: 'holder', epoch: 1, task, name });
    const ledger = ledgerOf(holder(0, 'x'), holder(1, 'y'), holder(0, 'z'));
    assert.deepEqual(ledger.holders(1).sort(), ['y', 'z']);
    assert.deepEqual(ledger.holders(2), []);
  });

  it('knows which records are stored, to be forgotten in the end', () => {
    const ledger = ledgerOf(header(1, 1), plan('a', 0, 1));
    assert.deepEqual(ledger.partitions, [run, { ...run, table: 'a' }]);
    ledger.apply(run, null);
    assert.deepEqual([ledger.partitions, ledger.isForgotten], [[{ ...run, table: 'a' }], false]);
    assert.deepEqual([ledger.isGivenUp, open(ledger, 0)], [true, []], 'nobody reads what is left of it');
    ledger.apply({ ...run, table: 'a' }, null);
    assert.equal(ledger.isForgotten, true);
  });

  it('tells who waits once every chunk was read, and not before', async () => {
    const ledger = ledgerOf(header(1, 1), plan('a', 0, 2));
    let asked = 0;
    const complete = ledger.until(() => (asked += 1) > 0 && ledger.isComplete());
    tell(ledger, chunk('a', 0), chunk('a', 1));
    await complete;
    assert.equal(asked, 3);
  });

  it('is refused where it was not written by this version', () => {
    const ledger = new SnapshotLedger();
    assert.throws(() => ledger.apply({ ...run, table: 'a' }, { place: 0 }), { code: 'SNAPSHOT_STATE_INVALID' });
    assert.throws(() => ledger.apply(run, { tasks: 'two' }), { code: 'SNAPSHOT_STATE_INVALID' });
  });
});
