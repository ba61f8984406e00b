import assert from 'node:assert/strict';
import type { RowChange } from '../../change-event.ts';
import { fieldText, imageOf, type RowImage } from '../../row-image.ts';
import { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import {
  encodeSnapshotRecord,
  runPartition,
  type ChunkPart,
  type SnapshotRecord,
  type TablePlan,
} from '../../snapshot/snapshot-records.ts';
import type { TableSchema } from '../../table-schema.ts';
import { SeenChanges } from './seen-changes.ts';

const column = (name: string, type: string): TableSchema['columns'][number] => ({
  name,
  type: { kind: 'text' },
  sourceType: { name: type, length: null, scale: null },
  optional: true,
  defaultText: undefined,
});

function schemaOf(type: string): TableSchema {
  return {
    database: 'd',
    schema: 'public',
    table: 'item',
    columns: [column('id', type), column('v', 'int4')],
    key: [0],
  };
}

const plan: TablePlan = {
  table: 'public.item',
  place: 0,
  version: 1,
  epoch: 2,
  split: 'key',
  key: ['id'],
  query: null,
  bytewise: [],
  boundaries: [['9'], ['20']],
  bytes: 0,
  first: true,
  last: true,
};

/** Chunks of the table by the epochs that they were read in: 1 began the run, 2 sees transactions below 100 but 98. */
function seenOf(
  epochs: readonly number[],
  more: Partial<TablePlan> = {},
  earlier: readonly (readonly ChunkPart[])[] = [],
): SeenChanges | undefined {
  const ledger = new SnapshotLedger();
  const run = runPartition('s', 'r');
  const records: SnapshotRecord[] = [
    { kind: 'epoch', number: 1, epoch: { sees: '50:50:', horizon: 10n, late: false } },
    { kind: 'epoch', number: 2, epoch: { sees: '98:100:98', horizon: 70n, late: true } },
    // Taken at the same end of the log, when the last transactions before it had ended.
    { kind: 'epoch', number: 3, epoch: { sees: '100:100:', horizon: 70n, late: true } },
    // Of a standby.
    { kind: 'epoch', number: 4, epoch: { sees: '98:100:?', horizon: 70n, late: true } },
    { kind: 'table', plan: { ...plan, ...more } },
    ...epochs.map((epoch, chunk) => ({
      kind: 'chunk' as const,
      chunk: {
        ...{ table: 'public.item', version: 1, chunk, epoch, rows: 1, unseen: false, upTo: null },
        earlier: earlier[chunk] ?? [],
      },
    })),
  ];
  for (const record of records) {
    const { partition, offset } = encodeSnapshotRecord(run, record);
    ledger.apply(partition, offset);
  }
  return SeenChanges.of(ledger);
}

interface Given {
  readonly op: RowChange['op'];
  readonly xid?: number;
  readonly before?: string;
  readonly after?: string;
  readonly type?: string;
}

function changeOf({ op, xid = 99, before, after, type = 'int4' }: Given): RowChange {
  const image = (id: string | undefined): RowImage | null => (id === undefined ? null : imageOf([id, '1']));
  return {
    kind: 'row',
    op,
    table: schemaOf(type),
    before: image(before),
    partialBefore: before !== undefined,
    after: image(after),
    transaction: {
      source: 'postgresql',
      database: 'd',
      xid,
      timeMicros: 0n,
      commitLsn: 1n,
      previousCommitEnd: null,
      snapshot: 'false',
    },
    positionHigh: 0,
    positionLow: 1,
    ordinal: 1,
  };
}

/** What is left of a change, as `op before>after`, with `?` where it says that it may have been seen; undefined: nothing. */
function left(seen: SeenChanges | undefined, given: Given): string | undefined {
  const [change] = seen?.unseen([changeOf(given)]) ?? [];
  const id = (image: RowImage | null): string => (image === null ? '' : (fieldText(image, 0) ?? ''));
  return change?.kind !== 'row'
    ? undefined
    : `${change.op} ${id(change.before)}>${id(change.after)}${change.mayRepeat === true ? '?' : ''}`;
}

describe('changes that a later chunk of a snapshot has shown', () => {
  it('are left out: those of its rows that its snapshot sees, and no others', () => {
    const seen = seenOf([1, 2, 1]);
    assert.equal(left(seen, { op: 'c', after: '15' }), undefined);
    assert.equal(left(seen, { op: 'u', after: '10' }), undefined);
    assert.equal(left(seen, { op: 'd', before: '20' }), undefined);
    assert.equal(left(seen, { op: 'u', after: '15', xid: 98 }), 'u >15', 'had not committed');
    assert.equal(left(seen, { op: 'u', after: '15', xid: 100 }), 'u >15', 'came later');
    assert.equal(
      left(seen, { op: 'u', after: '9' }),
      'u >9',
      'in a chunk of the first snapshot, 9 below 15 and not above it as text',
    );
    assert.equal(left(seen, { op: 'u', after: '21' }), 'u >21', 'in a chunk of the first snapshot');
  });

  it('are looked at for both keys where a row takes another one', () => {
    const seen = seenOf([1, 2, 1]);
    assert.equal(left(seen, { op: 'u', before: '15', after: '16' }), undefined);
    assert.equal(left(seen, { op: 'u', before: '15', after: '30' }), 'c >30');
    assert.equal(left(seen, { op: 'u', before: '5', after: '15' }), 'd 5>');
    assert.equal(left(seen, { op: 'u', before: '5', after: '30' }), 'u 5>30');
  });

  it('are told by the part of the chunk that they are in, where a later snapshot has read the rest of it', () => {
    const seen = seenOf([1, 2, 1], {}, [[], [{ epoch: 1, upTo: ['14'] }]]);
    assert.equal(left(seen, { op: 'u', after: '14' }), 'u >14', 'in the part of the first snapshot');
    assert.equal(left(seen, { op: 'u', after: '15' }), undefined);
    assert.equal(left(seen, { op: 'u', before: '12', after: '15' }), 'd 12>');
    const all = seenOf([2, 2, 2], {}, [[], [{ epoch: 1, upTo: ['14'] }]]);
    assert.equal(left(all, { op: 'u', after: '14' }), 'u >14', 'not all of the table was read by one snapshot');
    assert.equal(left(all, { op: 'u', after: '9' }), undefined);
  });

  it('need no key where all of the table was read by one snapshot', () => {
    const seen = seenOf([2, 2, 2], { split: 'pages', key: [] });
    assert.equal(left(seen, { op: 'u', after: 'any', type: 'text' }), undefined);
    assert.equal(left(seen, { op: 't' }), undefined);
    assert.equal(left(seen, { op: 't', xid: 100 }), 't >');
  });

  it('are told by the bytes of a text where the server compares those', () => {
    // U+FFFD is below U+1F600 in UTF-8, and above it in UTF-16.
    const seen = seenOf([1, 2, 1], { bytewise: ['id'], boundaries: [['B'], ['\u{1F600}']] });
    assert.equal(left(seen, { op: 'u', after: 'a', type: 'text' }), undefined, 'above B');
    assert.equal(left(seen, { op: 'u', after: '\uFFFD', type: 'varchar' }), undefined);
    assert.equal(left(seen, { op: 'u', after: 'A', type: 'text' }), 'u >A');
    assert.equal(left(seen, { op: 'u', after: '\u{1F601}', type: 'text' }), 'u >\u{1F601}');
    assert.equal(left(seen, { op: 'u', after: 'a', type: 'bpchar' }), 'u >a?', 'blanks at its end do not count there');
  });

  it('come again where the values of the key do not compare here, and say so: those that one of the later snapshots sees', () => {
    const seen = seenOf([1, 2, 1]);
    assert.equal(left(seen, { op: 'u', after: '15', type: 'text' }), 'u >15?');
    assert.equal(left(seen, { op: 'u', before: '15', after: '16', type: 'text' }), 'u 15>16?');
    assert.equal(left(seen, { op: 'd', before: '15', type: 'text' }), 'd 15>?');
    assert.equal(left(seen, { op: 'u', after: '15', type: 'text', xid: 98 }), 'u >15', 'had not committed');
    assert.equal(left(seen, { op: 'u', after: '15', type: 'text', xid: 100 }), 'u >15', 'came later');
  });

  it('come again, and say so, where a query of the operator chose the rows', () => {
    const seen = seenOf([2], { split: 'query', key: [], boundaries: [] });
    assert.equal(left(seen, { op: 'u', after: '15' }), 'u >15?');
    assert.equal(left(seen, { op: 'c', after: '15', xid: 100 }), 'c >15');
    assert.equal(seenOf([1], { split: 'query', key: [], boundaries: [] }), undefined);
  });

  it('come again, and say so, where a standby does not tell which transactions its snapshot sees', () => {
    const seen = seenOf([1, 4, 1]);
    assert.equal(left(seen, { op: 'u', after: '15', xid: 97 }), undefined, 'older than all that were running');
    assert.equal(left(seen, { op: 'u', after: '15' }), 'u >15?');
    assert.equal(left(seen, { op: 'u', before: '5', after: '15' }), 'u 5>15?', 'the new key may have been seen');
    assert.equal(left(seen, { op: 'u', after: '15', xid: 100 }), 'u >15');
    assert.equal(left(seen, { op: 'u', after: '9' }), 'u >9', 'in a chunk of the first snapshot');
  });

  it('are told by the snapshot that a row was read by, also of those that were taken at the same end of the log', () => {
    const seen = seenOf([3, 2, 2]);
    assert.equal(left(seen, { op: 'u', xid: 98, after: '5' }), undefined);
    assert.equal(left(seen, { op: 'u', xid: 98, after: '15' }), 'u >15');
  });

  it('can be none behind the horizon, nor where every chunk was read by the first snapshot', () => {
    assert.equal(seenOf([1, 1, 1]), undefined);
    const seen = seenOf([1, 2, 1]);
    assert.deepEqual([seen?.reaches(69n), seen?.reaches(70n)], [true, false]);
  });
});
