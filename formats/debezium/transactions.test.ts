import assert from 'node:assert/strict';
import type { LogEvent, LogicalMessage, RowChange, TransactionMark } from '../../connectors/change-event.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { change, column, table, TextSink, transaction } from '../../test/support/encoded.ts';
import { nowhere } from '../encoded-record.ts';
import type { TableEncoder } from '../format.ts';
import { debeziumFormat } from './debezium-format.ts';

const config = {
  'topic.prefix': 'PFX',
  'key.converter': 'JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'JsonConverter',
  'value.converter.schemas.enable': 'false',
  'extended.headers.enabled': 'false',
  'provide.transaction.metadata': 'true',
};
const id = column('id', { kind: 'int32' }, { optional: false });
const one = table('one', [id]);
const two = table('two', [id]);

function mark(which: TransactionMark['mark'], position: number, delivered = false): TransactionMark {
  return { kind: 'transaction', mark: which, transaction, positionHigh: 0, positionLow: position, delivered };
}

const insert = (of: TableSchema, position: number): RowChange =>
  change('c', of, { after: ['1'] }, { positionLow: position });
const message: LogicalMessage = {
  kind: 'message',
  prefix: 'p',
  content: Buffer.from('x'),
  transactional: true,
  transaction,
  positionHigh: 0,
  positionLow: 12,
  ordinal: 1,
};

/** What is written, each in short: the value of a mark, or the transaction block of anything else. */
function written(events: readonly LogEvent[]): unknown[] {
  const format = debeziumFormat(config, {});
  const encoders = new Map<TableSchema, TableEncoder>();
  const sink = new TextSink();
  for (const given of events) {
    const [event, to] = given.kind === 'delivered' ? [given.event, nowhere] : [given, sink];
    if (event.kind === 'row') {
      const encoder = encoders.get(event.table) ?? format.compile(event.table);
      encoders.set(event.table, encoder);
      encoder.encode(event, to);
    } else format.encodeSide(event, to);
  }
  return sink.records.flatMap(({ value }) => {
    if (value === null) return [];
    const record = JSON.parse(value) as Record<string, unknown>;
    return [record['status'] === undefined ? record['transaction'] : record];
  });
}

const block = (lsn: number, total: number, order: number): unknown => ({
  id: `855:${lsn}`,
  total_order: total,
  data_collection_order: order,
});
const millis = Number(transaction.timeMicros / 1000n);
const begin = { status: 'BEGIN', id: '855:10', event_count: null, data_collections: null, ts_ms: millis };

function end(counts: Readonly<Record<string, number>>): unknown {
  return {
    status: 'END',
    id: '855:20',
    event_count: Object.values(counts).reduce((sum, count) => sum + count, 0),
    data_collections: Object.entries(counts).map(([name, count]) => ({ data_collection: name, event_count: count })),
    ts_ms: millis,
  };
}

describe('Transaction metadata', () => {
  it('numbers the events of a transaction, all together and by table, and says so at its end', () => {
    const rekeyed = change('u', two, { before: ['1'], after: ['2'] }, { positionLow: 14 });
    const events = [
      mark('begin', 10),
      insert(one, 10),
      insert(two, 11),
      message,
      insert(one, 13),
      rekeyed,
      mark('end', 20),
    ];
    assert.deepEqual(written(events), [
      begin,
      block(10, 1, 1),
      block(11, 2, 1),
      block(12, 3, 1),
      block(13, 4, 2),
      block(14, 5, 2),
      block(14, 6, 3),
      end({ 'public.one': 2, 'public.two': 3, LOGICAL_DECODING_MESSAGE: 1 }),
    ]);
  });

  it('goes on with the right numbers in a transaction of which a part was delivered before', () => {
    const delivered = [insert(one, 10), message, insert(two, 12)].map(
      (event) => ({ kind: 'delivered', event }) as const,
    );
    assert.deepEqual(written([mark('begin', 10, true), ...delivered, insert(one, 13), mark('end', 20)]), [
      block(13, 4, 2),
      end({ 'public.one': 2, LOGICAL_DECODING_MESSAGE: 1, 'public.two': 1 }),
    ]);
  });

  it('begins anew with each transaction, also after one whose end never came', () => {
    assert.deepEqual(written([mark('begin', 10), insert(one, 10), mark('begin', 10), mark('end', 20)]), [
      begin,
      block(10, 1, 1),
      begin,
      end({}),
    ]);
  });

  it('leaves out rows of snapshots, messages outside of transactions and updates that are not written', () => {
    const row = change('r', one, { after: ['1'] }, { transaction: { ...transaction, snapshot: 'true' } });
    const alone = { ...message, transactional: false, transaction: { ...transaction, xid: null } };
    assert.deepEqual(written([row, alone, mark('begin', 10), mark('end', 20)]), [null, null, begin, end({})]);
  });

  it('has topics and keys of its own', () => {
    const format = debeziumFormat(config, {});
    const sink = new TextSink();
    format.encodeSide(mark('end', 20), sink);
    assert.equal(format.sideTopic(mark('end', 20)), 'PFX.transaction');
    assert.equal(sink.records[0]?.key, '{"id":"855:20"}');
  });
});
