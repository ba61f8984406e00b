import assert from 'node:assert/strict';
import type { RowChange } from '../../change-event.ts';
import { fieldText, type RowImage } from '../../row-image.ts';
import type { ChangeFigures } from '../../source-progress.ts';
import type { TableSchema } from '../../table-schema.ts';
import { ChangeCounts } from '../change-counts.ts';
import { TransactionCursor } from '../position/transaction-cursor.ts';
import type { Resume, StartPoint } from '../position/stream-position.ts';
import { uint32 } from '../wire/big-endian.ts';
import { MessageCutter } from '../wire/message-cutter.ts';
import { skippedOperations } from '../skipped-operations.ts';
import { PgoutputDecoder } from './pgoutput-decoder.ts';
import { readRelation, readType, type RelationMessage } from './relation-message.ts';
import type { RelationPlan, Relations } from './relation-plan.ts';

// What PostgreSQL 18 sent, COPY BOTH messages and all, for a table parcel (id int PRIMARY KEY, label text, weight numeric(6,2),
// m mood) after: INSERT (1, 'né', 2.25, 'ok'), (2, NULL, NULL, NULL); UPDATE SET id = 3, m = 'late' WHERE id = 1; DELETE
// WHERE id = 2; TRUNCATE.
const RECORDED = `
570000000700000064000000166b0000000012020608000303c3513c420000640000003277000000001202060800000000120206080003
03c3513c4310420000000012020778000303c3513be8fa00002a12640000002e7700000000000000000000000000000000000303c3513c
434c59000040107075626c6963006d6f6f640064000000697700000000000000000000000000000000000303c3513c4379520000401570
75626c69630070617263656c006400040169640000000017ffffffff006c6162656c0000000019ffffffff0077656967687400000006a4
00060006006d0000004010ffffffff64000000437700000000120206080000000012020608000303c3513c43b449000040154e00047400
0000013174000000036ec3a97400000004322e323574000000026f6b640000002e7700000000120206f800000000120206f8000303c351
3c43b949000040154e00047400000001326e6e6e64000000377700000000120207a800000000120207a8000303c3513c43be4300000000
001202077800000000120207a8000303c3513be8fa64000000327700000000120207a800000000120207a8000303c3513c43d042000000
0012020848000303c3513beb0000002a1364000000517700000000120207a800000000120207a8000303c3513c43d855000040154b0004
7400000001316e6e6e4e000474000000013374000000036ec3a97400000004322e323574000000046c6174656400000037770000000012
0208780000000012020878000303c3513c43dd430000000000120208480000000012020878000303c3513beb0064000000327700000000
120208780000000012020878000303c3513c43e44200000000120208b8000303c3513bebe000002a14640000002e770000000012020878
0000000012020878000303c3513c43e944000040154b00047400000001326e6e6e64000000377700000000120208e800000000120208e8
000303c3513c43ed430000000000120208b800000000120208e8000303c3513bebe0640000003277000000001202144000000000120214
40000303c3513c4427420000000012021470000303c3513bee7d00002a15640000002e7700000000000000000000000000000000000303
c3513c442959000040107075626c6963006d6f6f640064000000697700000000000000000000000000000000000303c3513c4431520000
40157075626c69630070617263656c006400040169640000000017ffffffff006c6162656c0000000019ffffffff007765696768740000
0006a400060006006d0000004010ffffffff64000000277700000000120214400000000012021440000303c3513c443254000000010000
00401564000000377700000000120215e000000000120215e0000303c3513c44344300000000001202147000000000120215e0000303c3
513bee7d64000000166b00000000120215e0000303c3513c4439`.replaceAll(/\s/g, '');

const XLOG_DATA = 119;
const XLOG_HEADER = 25;

/** Takes every table as it comes, all columns captured; keeps what it was told. */
class AllRelations implements Relations {
  readonly messages: RelationMessage[] = [];
  readonly types: string[] = [];
  readonly asked: string[] = [];
  /** False: no table is captured. */
  captures = true;
  readonly plans = new Map<number, RelationPlan | null>();
  answers = true;
  labels: readonly string[] | undefined;

  plan(oid: number): RelationPlan | null | undefined {
    return this.plans.get(oid);
  }

  define(bytes: Buffer, at: number): boolean {
    const message = readRelation(bytes, at);
    this.messages.push(message);
    const width = message.columns.length;
    const labels = this.labels?.map((label) => Buffer.from(label));
    if (!this.captures) {
      this.plans.set(message.oid, null);
      return this.answers;
    }
    this.plans.set(message.oid, {
      schema: schemaOf(message),
      capture: Int32Array.from({ length: width }, (_, index) => index),
      width,
      enums: labels === undefined ? [] : [{ column: 3, labels }],
    });
    return this.answers;
  }

  askLabel(_oid: number, label: string): boolean {
    this.asked.push(label);
    return true;
  }

  noteType(bytes: Buffer, at: number): void {
    this.types.push(readType(bytes, at).name);
  }
}

function schemaOf({ schema, table, columns }: Pick<RelationMessage, 'schema' | 'table' | 'columns'>): TableSchema {
  return {
    database: 'test',
    schema,
    table,
    columns: columns.map(({ name }) => ({
      name,
      type: { kind: 'text' },
      sourceType: { name: 'text', length: null, scale: null },
      optional: true,
      defaultText: undefined,
    })),
    key: null,
  };
}

function newCursor(start: StartPoint): TransactionCursor {
  return new TransactionCursor({ database: 'test', start, previousCommitEnd: null, logEnd: 0n });
}

const boundary: Resume = { kind: 'boundary' };

interface Played {
  readonly changes: RowChange[];
  readonly cursor: TransactionCursor;
  readonly relations: AllRelations;
  readonly counts: ChangeFigures;
}

function rowsOf(decoder: PgoutputDecoder): RowChange[] {
  return decoder.take().filter((event) => event.kind === 'row');
}

function play(
  hex: string,
  { done = 0n, resume = boundary, skipped = ['none'], relations = new AllRelations() } = {},
): Played {
  const cursor = newCursor({ done, resume });
  const counts = new ChangeCounts();
  const decoder = new PgoutputDecoder(cursor, relations, { skipped: skippedOperations(skipped) }, counts);
  const cutter = new MessageCutter(({ bytes, start, end }) => {
    if (bytes[start] !== XLOG_DATA) return true;
    const high = uint32(bytes, start + 1);
    return decoder.decode({ bytes, start: start + XLOG_HEADER, end, high, low: uint32(bytes, start + 5) });
  });
  cutter.push(Buffer.from(hex, 'hex'));
  while (cutter.suspended) cutter.resume();
  return { changes: rowsOf(decoder), cursor, relations, counts: counts.figures };
}

const values = (image: RowImage | null): (string | null | undefined)[] | null =>
  image === null ? null : [0, 1, 2, 3].map((column) => fieldText(image, column));

describe('decoding pgoutput', () => {
  it('gives what a server has sent: insert, key change, delete, truncate', () => {
    const { changes, relations } = play(RECORDED);
    assert.deepEqual(
      changes.map(({ op, before, after, partialBefore }) => [op, values(before), values(after), partialBefore]),
      [
        ['c', null, ['1', 'né', '2.25', 'ok'], false],
        ['c', null, ['2', null, null, null], false],
        ['u', ['1', null, null, null], ['3', 'né', '2.25', 'late'], true],
        ['d', ['2', null, null, null], null, true],
        ['t', null, null, false],
      ],
    );
    assert.deepEqual(relations.types, ['mood', 'mood']);
    assert.deepEqual(relations.messages[0], {
      oid: 0x4015,
      schema: 'public',
      table: 'parcel',
      identity: 'd',
      columns: [
        { name: 'id', typeOid: 23, typmod: -1, identity: true },
        { name: 'label', typeOid: 25, typmod: -1, identity: false },
        { name: 'weight', typeOid: 1700, typmod: 0x60006, identity: false },
        { name: 'm', typeOid: 0x4010, typmod: -1, identity: false },
      ],
    });
  });

  it('gives each change its transaction, its LSN and its place', () => {
    const { changes, cursor } = play(RECORDED);
    const [first, second, third] = changes;
    assert.deepEqual(first?.transaction, {
      source: 'postgresql',
      database: 'test',
      xid: 0x2a12,
      timeMicros: 0x0003_03c3_513b_e8fan + 946_684_800_000_000n,
      commitLsn: 0x1202_0778n,
      previousCommitEnd: null,
      snapshot: 'false',
    });
    assert.equal(second?.transaction, first.transaction);
    assert.equal(third?.transaction.previousCommitEnd, 0x1202_07a8n);
    assert.deepEqual(
      changes.map(({ positionHigh, positionLow, ordinal }) => [positionHigh, positionLow, ordinal]),
      [
        [0, 0x1202_0608, 1],
        [0, 0x1202_06f8, 2],
        [0, 0x1202_07a8, 1],
        [0, 0x1202_0878, 1],
        [0, 0x1202_1440, 1],
      ],
    );
    assert.deepEqual(cursor.position(), {
      done: 0x1202_15e0n,
      open: null,
      lsn: 0x1202_15e0n,
      messageType: 'COMMIT',
      xid: 0x2a15,
      timeMicros: 0x0003_03c3_513b_ee7dn + 946_684_800_000_000n,
    });
  });

  it('leaves out what was delivered before: whole transactions, and the first changes of one', () => {
    const ids = (played: Played): unknown[] =>
      played.changes.map(({ op, after }) => [op, after && fieldText(after, 0)]);
    assert.deepEqual(ids(play(RECORDED, { done: 0x1202_07a8n })), [
      ['u', '3'],
      ['d', null],
      ['t', null],
    ]);
    const resume: Resume = { kind: 'ordinal', commit: 0x1202_0778n, ordinal: 1 };
    assert.deepEqual(ids(play(RECORDED, { resume })), [
      ['c', '2'],
      ['u', '3'],
      ['d', null],
      ['t', null],
    ]);
    const debezium: Resume = { kind: 'lsn', xid: 0x2a12, lsn: 0x1202_0608n, eventsAtLsn: null };
    assert.deepEqual(ids(play(RECORDED, { resume: debezium })).length, 4);
    const stranger: Resume = { kind: 'lsn', xid: 7, lsn: 0xffff_ffffn, eventsAtLsn: null };
    assert.deepEqual(ids(play(RECORDED, { resume: stranger })).length, 5);
  });

  it('counts by operation what is new to it: captured or not, but neither delivered before nor skipped', () => {
    const all = { creates: 2, updates: 1, deletes: 1, truncates: 1, filtered: 0 };
    assert.deepEqual(play(RECORDED).counts, all);
    const relations = new AllRelations();
    relations.captures = false;
    const uncaptured = play(RECORDED, { relations });
    assert.deepEqual([uncaptured.changes, uncaptured.counts], [[], { ...all, filtered: 5 }]);
    assert.deepEqual(play(RECORDED, { done: 0x1202_07a8n }).counts, { ...all, creates: 0 });
    assert.deepEqual(play(RECORDED, { skipped: ['u', 't'] }).counts, { ...all, updates: 0, truncates: 0 });
  });

  it('leaves skipped operations out and counts them all the same', () => {
    const { changes } = play(RECORDED, { skipped: ['c', 'd', 't'] });
    assert.deepEqual(
      changes.map(({ op }) => op),
      ['u'],
    );
  });

  it('reads transaction ids and relation ids above 2^31 as they are', () => {
    const relation = '52f0000001' + '00' + '7400' + '64' + '0001' + '01' + '6100' + '00000017' + 'ffffffff';
    const insert = '49f0000001' + '4e0001' + '74' + '00000001' + '35';
    const begin = '420000000000000100' + '0000000000000000' + 'ffffffff';
    const { changes, relations } = play([begin, relation, insert].map((message) => framed(message)).join(''));
    assert.equal(changes[0]?.transaction.xid, 0xffff_ffff);
    assert.equal(relations.messages[0]?.oid, 0xf000_0001);
    assert.equal(relations.messages[0].schema, 'pg_catalog');
    assert.equal(changes[0].positionHigh, 0xffff_fffe);
    assert.equal(changes[0].positionLow, 0xffff_ffff);
  });

  it('gives values of unchanged columns from the old row when there is one, else says that they are unavailable', () => {
    const relation =
      '5200000001' +
      '00' +
      '7400' +
      '66' +
      '0002' +
      '01' +
      '6100' +
      '00000017' +
      'ffffffff' +
      '01' +
      '6200' +
      '00000019' +
      'ffffffff';
    const begin = '420000000000000100' + '0000000000000000' + '00000001';
    const full =
      '5500000001' +
      '4f0002' +
      '74' +
      '00000001' +
      '31' +
      '74' +
      '00000003' +
      '626967' +
      '4e0002' +
      '74' +
      '00000001' +
      '31' +
      '75';
    const short = '5500000001' + '4e0002' + '74' + '00000001' + '31' + '75';
    const { changes } = play([begin, relation, full, short].map((message) => framed(message)).join(''));
    const rows = changes.map(({ after }) => after && [fieldText(after, 0), fieldText(after, 1)]);
    assert.deepEqual(rows, [
      ['1', 'big'],
      ['1', undefined],
    ]);
    assert.equal(changes[0]?.partialBefore, false);
    assert.equal(changes[1]?.before, null);
  });

  it('waits for the catalog at a label that it does not know, and gives that very row the schema that has it', () => {
    const relations = new AllRelations();
    relations.labels = ['ok'];
    const cursor = newCursor({ done: 0n, resume: { kind: 'boundary' } });
    const decoder = new PgoutputDecoder(cursor, relations, { skipped: new Set() }, new ChangeCounts());
    const waits: number[] = [];
    const cutter = new MessageCutter(({ bytes, start, end }) => {
      if (bytes[start] !== XLOG_DATA) return true;
      const goOn = decoder.decode({ bytes, start: start + XLOG_HEADER, end, high: 0, low: waits.length });
      if (!goOn) waits.push(bytes[start + XLOG_HEADER] ?? 0);
      return goOn;
    });
    cutter.push(Buffer.from(RECORDED, 'hex'));
    assert.deepEqual(relations.asked, ['late']);
    assert.deepEqual(waits, ['U'.charCodeAt(0)]);
    const plan = relations.plans.get(0x4015);
    assert.ok(plan);
    const schema = { ...plan.schema };
    relations.plans.set(0x4015, { ...plan, schema, enums: [] });
    cutter.resume();
    const [, , update] = rowsOf(decoder);
    assert.equal(update?.op, 'u');
    assert.equal(update.table, schema);
  });

  it('gives logical messages of wanted prefixes in their place, and what came before only once', () => {
    const begin = '420000000000000300' + '0000000000000000' + '00000007';
    const stream = [
      framed(logical(0, 'app', 'alone'), '0000000000000100'),
      framed(begin, '0000000000000200'),
      framed(logical(1, 'app', 'first'), '0000000000000210'),
      framed(logical(1, 'other', 'not wanted'), '0000000000000220'),
      framed(logical(1, 'app', ''), '0000000000000230'),
      framed(`4300${'0000000000000300'.repeat(2)}0000000000000000`, '0000000000000310'),
      framed(logical(0, 'app', 'behind'), '0000000000000400'),
    ].join('');
    const messages = (start: StartPoint): unknown[] => {
      const decoder = new PgoutputDecoder(
        newCursor(start),
        new AllRelations(),
        { skipped: new Set(), messages: (prefix) => prefix === 'app' },
        new ChangeCounts(),
      );
      const cutter = new MessageCutter(({ bytes, start: at, end }) =>
        decoder.decode({
          bytes,
          start: at + XLOG_HEADER,
          end,
          high: uint32(bytes, at + 1),
          low: uint32(bytes, at + 5),
        }),
      );
      cutter.push(Buffer.from(stream, 'hex'));
      return decoder
        .take()
        .map((event) => event.kind === 'message' && [event.content.toString(), event.transaction.xid, event.ordinal]);
    };
    const all = [
      ['alone', null, 0],
      ['first', 7, 1],
      ['', 7, 3],
      ['behind', null, 0],
    ];
    assert.deepEqual(messages({ done: 0n, resume: boundary }), all);
    assert.deepEqual(messages({ done: 0x100n, resume: boundary }), all.slice(1));
    assert.deepEqual(messages({ done: 0x100n, resume: { kind: 'ordinal', commit: 0x300n, ordinal: 2 } }), all.slice(2));
    assert.deepEqual(messages({ done: 0x310n, resume: boundary }), all.slice(3));
    assert.deepEqual(messages({ done: 0x400n, resume: boundary }), []);
  });

  it('stops at what is no pgoutput instead of inventing rows', () => {
    const relation = '5200000001' + '00' + '7400' + '64' + '0001' + '01' + '6100' + '00000017' + 'ffffffff';
    const begin = '420000000000000100' + '0000000000000000' + '00000001';
    const bad = {
      'unknown relation': ['4900000002' + '4e0001' + '74' + '00000001' + '35'],
      'more columns than the relation has': [relation, '4900000001' + '4e0002' + '6e6e'],
      'a value beyond the message': [relation, '4900000001' + '4e0001' + '74' + '00000009' + '35'],
      'an unknown kind of value': [relation, '4900000001' + '4e0001' + '7a'],
    };
    for (const messages of Object.values(bad))
      assert.throws(() => play([begin, ...messages].map((message) => framed(message)).join('')), RangeError);
    assert.throws(
      () => play([relation, '4900000001' + '4e0001' + '6e'].map((message) => framed(message)).join('')),
      /outside of a transaction/,
    );
  });
});

/** A logical message; flags 1: in a transaction. */
function logical(flags: 0 | 1, prefix: string, content: string): string {
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  const length = content.length.toString(16).padStart(8, '0');
  return `4d0${flags}${'0'.repeat(16)}${hex(prefix)}00${length}${hex(content)}`;
}

/** A pgoutput message as the server frames it. */
function framed(message: string, lsn = 'fffffffeffffffff'): string {
  const body = `77${lsn.repeat(2)}${'00'.repeat(8)}${message}`;
  return `64${(body.length / 2 + 4).toString(16).padStart(8, '0')}${body}`;
}
