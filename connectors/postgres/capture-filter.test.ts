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
