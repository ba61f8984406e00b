import assert from 'node:assert/strict';
import { regexList } from '../../settings/regex-list.ts';
import { CaptureFilter, type CaptureLists } from './capture-filter.ts';

function filter(lists: Partial<Record<keyof CaptureLists, string>>): CaptureFilter {
  const list = (text: string | undefined) => (text === undefined ? null : regexList(text));
  return new CaptureFilter({
    schemaInclude: list(lists.schemaInclude),
    schemaExclude: list(lists.schemaExclude),
    tableInclude: list(lists.tableInclude),
    tableExclude: list(lists.tableExclude),
    columnInclude: list(lists.columnInclude),
    columnExclude: list(lists.columnExclude),
  });
}

describe('filters', () => {
  it('capture every table but the system’s without lists', () => {
    assert.equal(filter({}).table('public', 'orders'), true);
    for (const [schema, table] of [
      ['pg_catalog', 'pg_class'],
      ['information_schema', 'x'],
      ['pg_temp_3', 'x'],
      ['public', 'spatial_ref_sys'],
    ] as const)
      assert.equal(filter({}).table(schema, table), false);
  });

  it('leave out the table that the connector writes heartbeats to, unless a list names it', () => {
    const none = {
      schemaInclude: null,
      schemaExclude: null,
      tableExclude: null,
      columnInclude: null,
      columnExclude: null,
    };
    const writing = (include: string | null): CaptureFilter =>
      new CaptureFilter({
        ...none,
        tableInclude: include === null ? null : regexList(include),
        heartbeatWrite: 'table',
      });
    assert.equal(writing(null).table('public', 'dts_postgres_heartbeat'), false);
    assert.equal(writing(null).table('other', 'dts_postgres_heartbeat'), true);
    assert.equal(writing('public.dts_.*').table('public', 'dts_postgres_heartbeat'), true);
    assert.equal(filter({}).table('public', 'dts_postgres_heartbeat'), true, 'a table like any other');
  });

  it('match schemas, schema.table and schema.table.column whole', () => {
    const some = filter({ schemaInclude: 'shop,inv.*', tableExclude: 'shop\\.log' });
    assert.equal(some.table('shop', 'orders'), true);
    assert.equal(some.table('shop', 'log'), false);
    assert.equal(some.table('inventory', 'log'), true);
    assert.equal(some.table('workshop', 'orders'), false);
    assert.equal(filter({ columnInclude: 'shop\\.orders\\.(id|total)' }).column('shop', 'orders', 'total'), true);
    assert.equal(filter({ columnInclude: 'shop\\.orders\\.(id|total)' }).column('shop', 'orders', 'note'), false);
    assert.equal(filter({ columnExclude: '.*\\.secret' }).column('shop', 'orders', 'secret'), false);
  });
});
