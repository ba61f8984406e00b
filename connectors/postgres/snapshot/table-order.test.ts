import assert from 'node:assert/strict';
import { regexList } from '../../../settings/regex-list.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { orderTables } from './table-order.ts';

function table(oid: number, name: string): CatalogTable {
  const common = { kind: 'r', isPartition: false, identity: 'd', columns: [], primaryKey: [], uniqueKeys: [] };
  return { oid, schema: 'public', table: name, ...common };
}

const tables = [table(1, 'a'), table(2, 'b'), table(3, 'c')];
const rows = new Map([
  [1, 20],
  [2, 10],
  [3, 30],
]);

function order(more: Partial<Parameters<typeof orderTables>[1]>): string {
  const settings = { snapshotTables: null, tableInclude: null, tableOrder: 'disabled', ...more } as const;
  return orderTables(tables, settings, rows)
    .map((each) => each.table)
    .join('');
}

describe('the order in which a snapshot reads tables', () => {
  it('is that of the list that names them, those of one entry by name', () => {
    assert.equal(order({}), 'abc');
    assert.equal(order({ tableInclude: regexList('public.c,public.[ab]') }), 'cab');
    assert.equal(order({ snapshotTables: regexList('public.b,public.*'), tableInclude: regexList('public.*') }), 'bac');
  });

  it('is by rows where that is asked for', () => {
    assert.equal(order({ tableOrder: 'ascending' }), 'bac');
    assert.equal(order({ tableOrder: 'descending', tableInclude: regexList('public.b,public.*') }), 'cab');
  });
});
