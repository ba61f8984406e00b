import assert from 'node:assert/strict';
import { parseJsonBytes } from './json-text.ts';
import { decodeRevision, revisionOfKey, type Revision } from './records/revision-record.ts';
import type { StoredRecord } from './records/stored-record.ts';
import { expiredRevisions, revisionRecords, type RevisionNote } from './revision-plan.ts';
import { RevisionTable } from './revision-table.ts';

const note: RevisionNote = { change: 'replaced', origin: { address: '10.0.0.1', user: 'maja' } };
const v = (version: number): Record<string, string> => ({ version: String(version) });

function take(table: RevisionTable, records: readonly StoredRecord[]): void {
  for (const { key, value } of records) {
    const id = revisionOfKey(key);
    assert.ok(id);
    table.apply(id, value === null ? null : (decodeRevision(id, parseJsonBytes(value)) ?? assert.fail()));
  }
}

function change(
  table: RevisionTable,
  before: Record<string, string> | undefined,
  after: Record<string, string> | null,
  max = 3,
): void {
  take(table, revisionRecords({ connector: 'a-1', known: table.of('a-1'), before, after, note, now: 1000, max }));
}

const numbers = (table: RevisionTable): number[] => table.of('a-1').map(({ revision }) => revision);

describe('revisions of a configuration', () => {
  it('come back as they were written', () => {
    const table = new RevisionTable();
    change(table, undefined, v(1));
    assert.deepEqual(table.of('a-1'), [{ connector: 'a-1', revision: 1, time: 1000, ...note, config: v(1) }]);
  });

  it('are as many as are wanted, the newest, with numbers that go on', () => {
    const table = new RevisionTable();
    for (let n = 1; n <= 6; n += 1) change(table, n === 1 ? undefined : v(n - 1), v(n));
    assert.deepEqual(numbers(table), [4, 5, 6]);
    change(table, v(6), v(7), 1);
    assert.deepEqual(numbers(table), [7]);
    change(table, v(7), v(8), 0);
    assert.deepEqual(numbers(table), []);
  });

  it('are not made by a change that changes nothing', () => {
    const table = new RevisionTable();
    change(table, undefined, v(1));
    change(table, v(1), v(1));
    assert.deepEqual(numbers(table), [1]);
  });

  it('hold a configuration that somebody else has written, before it is replaced', () => {
    const table = new RevisionTable();
    change(table, undefined, v(1));
    change(table, v(77), v(2));
    assert.deepEqual(
      table.of('a-1').map(({ change: how, config }) => [how, config?.['version']]),
      [
        ['replaced', '1'],
        ['found', '77'],
        ['replaced', '2'],
      ],
    );
  });

  it('of a deleted connector go when their time is over, or when too many were deleted after it', () => {
    const deleted = (connector: string, time: number): Revision[] => [
      { connector, revision: 1, time: 0, ...note, config: v(1) },
      { connector, revision: 2, time, ...note, config: null },
    ];
    const living: Revision[] = [{ connector: 'l', revision: 1, time: 0, ...note, config: v(1) }];
    const limits = { max: 10, deletedRetentionMs: 100 };
    const keys = (records: StoredRecord[]): string[] => records.map(({ key }) => key);
    assert.deepEqual(keys(expiredRevisions([living, deleted('x', 1), deleted('y', 60)], 101, limits)), [
      'millrace-revision-x-1',
      'millrace-revision-x-2',
    ]);
    const many = Array.from({ length: 101 }, (_, index) => deleted(`c${index}`, 10 + index));
    assert.deepEqual(keys(expiredRevisions(many, 50, limits)), ['millrace-revision-c0-1', 'millrace-revision-c0-2']);
  });
});
