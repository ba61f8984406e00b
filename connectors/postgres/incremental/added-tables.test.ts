import assert from 'node:assert/strict';
import { addedTables, filtersOffset, requestFor } from './added-tables.ts';
import { requestedTables } from './requested-tables.ts';

const table = (name: string): { schema: string; table: string } => ({ schema: 'public', table: name });

describe('tables that the filters have added', () => {
  it('are those that match now and did not before', () => {
    const before = filtersOffset({ 'table.include.list': 'public.a' });
    const captured = [table('a'), table('b[')];
    const added = addedTables(before, captured);
    assert.deepEqual(added, [table('b[')]);
    assert.deepEqual(
      requestedTables(requestFor(added), captured).tables.map((found) => found.table),
      ['b['],
    );
    assert.deepEqual(addedTables(before, [table('a')]), []);
  });

  it('are none while the filters of before are not known', () => {
    assert.deepEqual(addedTables(undefined, [table('a')]), []);
    assert.deepEqual(addedTables({}, [table('a')]), []);
  });
});
