import assert from 'node:assert/strict';
import { addedTables, filtersOffset } from './added-tables.ts';
import { requestedTables } from './requested-tables.ts';

const table = (name: string): { schema: string; table: string } => ({ schema: 'public', table: name });

describe('tables that the filters have added', () => {
  it('are those that match now and did not before', () => {
    const before = filtersOffset({ 'table.include.list': 'public.a' });
    const captured = [table('a'), table('b[')];
    const request = addedTables(before, captured);
    assert.ok(request !== undefined);
    assert.deepEqual(
      requestedTables(request, captured).tables.map((found) => found.table),
      ['b['],
    );
    assert.equal(addedTables(before, [table('a')]), undefined);
  });

  it('are none while the filters of before are not known', () => {
    assert.equal(addedTables(undefined, [table('a')]), undefined);
    assert.equal(addedTables({}, [table('a')]), undefined);
  });
});
