import assert from 'node:assert/strict';
import type { ChangeEvent, LogicalMessage } from '../../change-event.ts';
import { Struct } from '../../connect-data.ts';
import { DdlRecords } from './ddl-records.ts';

const records = new DdlRecords({
  server: 'inv',
  topic: 'inv.schema-changes',
  filter: { table: (schema) => schema === 'public' },
});

const told = {
  version: 1,
  type: 'ALTER',
  tag: 'ALTER TABLE',
  user: 'maja',
  ddl: 'ALTER TABLE item ADD note text',
  oid: 4_294_967_295,
  schema: 'public',
  table: 'it"em',
  identity: 'd',
  comment: null,
  key: ['id'],
  columns: [
    column(1, 'id', { expression: `nextval('s'::regclass)`, notNull: true }),
    column(3, 'note', { type: 'text', declared: 'text', comment: 'why' }),
  ],
};

function column(number: number, name: string, more: object): object {
  const type = { typeOid: 23, typmod: -1, type: 'int4', declared: 'integer' };
  return {
    number,
    name,
    ...type,
    notNull: false,
    generated: '',
    identity: '',
    comment: null,
    expression: null,
    ...more,
  };
}

function message(content: unknown, prefix = 'millrace.ddl'): LogicalMessage {
  const transaction = {
    source: 'postgresql',
    database: 'shop',
    xid: 771,
    timeMicros: 1_000_001n,
    commitLsn: 0x200n,
    previousCommitEnd: null,
    snapshot: 'false',
  } as const;
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const place = { positionHigh: 1, positionLow: 0x100, ordinal: 2 };
  return { kind: 'message', prefix, content: bytes, transactional: true, transaction, ...place };
}

/** A struct as an object, for comparing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Struct)) return value;
  return Object.fromEntries((value.schema.fields ?? []).map(({ name }, index) => [name, plain(value.values[index])]));
}

function valueOf(event: ChangeEvent | undefined): Record<string, unknown> {
  assert.ok(event?.kind === 'record');
  assert.deepEqual(
    [event.record.topic, event.record.partition, plain(event.record.key)],
    ['inv.schema-changes', 0, { databaseName: 'shop' }],
  );
  return plain(event.record.value) as Record<string, unknown>;
}

describe('records of DDL', () => {
  it('tell the statement, its place in the log and the table as it is since', () => {
    const [event, ...others] = records.replaced([message(told)]);
    assert.deepEqual(others, []);
    const { source, ddl, tag, user, schemaName, tableChanges } = valueOf(event);
    assert.deepEqual([ddl, tag, user, schemaName], ['ALTER TABLE item ADD note text', 'ALTER TABLE', 'maja', 'public']);
    assert.deepEqual(source, {
      connector: 'postgresql',
      name: 'inv',
      ts_ms: 1000n,
      ts_us: 1_000_001n,
      db: 'shop',
      schema: 'public',
      table: 'it"em',
      txId: 771n,
      lsn: 0x1_0000_0100n,
      commit_lsn: 0x200n,
      ordinal: 2,
      snapshot: null,
    });
    const common = { optional: true, autoIncremented: false, generated: false, hasDefaultValue: false };
    const id = { name: 'id', typeName: 'int4', typeExpression: 'integer', position: 1, ...common, comment: null };
    const note = { ...id, name: 'note', typeName: 'text', typeExpression: 'text', position: 2, comment: 'why' };
    const expression = `nextval('s'::regclass)`;
    assert.deepEqual(tableChanges, [
      {
        type: 'ALTER',
        id: '"public"."it""em"',
        table: {
          primaryKeyColumnNames: ['id'],
          columns: [
            {
              ...id,
              optional: false,
              autoIncremented: true,
              hasDefaultValue: true,
              defaultValueExpression: expression,
            },
            { ...note, defaultValueExpression: null },
          ],
          comment: null,
        },
      },
    ]);
  });

  it('of a definition are those of a table that nobody has just created', () => {
    const { columns, key, schema, table } = { ...told, columns: [] };
    const value = valueOf(records.definition({ schema, table, key, columns }, { database: 'shop', lsn: 0x300n }));
    const { source, ddl, tag, user, tableChanges } = value;
    assert.deepEqual([ddl, tag, user], [null, null, null]);
    const { lsn, commit_lsn, txId, ordinal, snapshot } = source as Record<string, unknown>;
    assert.deepEqual([lsn, commit_lsn, txId, ordinal, snapshot], [0x300n, 0x300n, null, 0, 'true']);
    assert.deepEqual(tableChanges, [
      {
        type: 'CREATE',
        id: '"public"."it""em"',
        table: { primaryKeyColumnNames: ['id'], columns: [], comment: null },
      },
    ]);
  });

  it('of a drop have no table any more', () => {
    const drop = {
      version: 1,
      type: 'DROP',
      tag: 'DROP TABLE',
      user: 'u',
      ddl: null,
      oid: 1,
      schema: 'public',
      table: 't',
    };
    assert.deepEqual(valueOf(records.replaced([message(drop)])[0])['tableChanges'], [
      { type: 'DROP', id: '"public"."t"', table: null },
    ]);
  });

  it('are none of tables that are not captured, of what nobody understands, and of what was delivered before', () => {
    const events: ChangeEvent[] = [
      message({ ...told, schema: 'hidden' }),
      message('no JSON'),
      message({ ...told, version: 2 }),
      { kind: 'delivered', event: message(told) },
    ];
    assert.deepEqual(records.replaced(events), []);
  });

  it('leave other events as they are, in their order', () => {
    const other = message('x', 'app');
    const events = records.replaced([other, message(told), { kind: 'heartbeat', timeMs: 1 }]);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['message', 'record', 'heartbeat'],
    );
    assert.equal(events[0], other);
  });
});
