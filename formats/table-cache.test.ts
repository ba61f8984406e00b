import assert from 'node:assert/strict';
import type { ColumnSchema, TableSchema } from '../connectors/table-schema.ts';
import { TableCache } from './table-cache.ts';

const column: ColumnSchema = {
  name: 'c',
  type: { kind: 'text' },
  sourceType: { name: 'text', length: null, scale: null },
  optional: true,
  defaultText: undefined,
};

function table(name: string, columns = 10): TableSchema {
  return {
    database: 'd',
    schema: 's',
    table: name,
    columns: Array.from({ length: columns }, () => column),
    key: null,
  };
}

/** How many of so many tables are known after all of them were. */
function kept(cache: TableCache<string>, tables: readonly TableSchema[]): number {
  for (const each of tables) cache.set(each, each.table);
  return tables.filter((each) => cache.get(each) !== undefined).length;
}

describe('what is kept of tables', () => {
  it('is bounded, and what is used stays', () => {
    const cache = new TableCache<string>(150_000);
    const busy = table('busy');
    cache.set(busy, 'busy');
    const others = Array.from({ length: 100 }, (_, n) => table(String(n)));
    for (const other of others) {
      cache.set(other, other.table);
      assert.equal(cache.get(busy), 'busy');
    }
    const known = others.filter((other) => cache.get(other) !== undefined);
    assert.ok(known.length <= 20, String(known.length));
    assert.equal(cache.get(others.at(-1) ?? busy), '99');
  });

  it('is bounded in bytes: of wide tables fewer are kept', () => {
    const many = (columns: number): TableSchema[] => Array.from({ length: 1000 }, (_, n) => table(String(n), columns));
    const [narrow, wide] = [2, 500].map((columns) => kept(new TableCache<string>(1_200_000), many(columns)));
    assert.ok(narrow !== undefined && narrow > 200, String(narrow));
    assert.ok(wide !== undefined && wide <= 4, String(wide));
  });

  it('is kept by version of a table, not by name', () => {
    const cache = new TableCache<number>();
    const [before, after] = [table('a'), table('a')];
    cache.set(before, 1);
    cache.set(after, 2);
    assert.deepEqual([cache.get(before), cache.get(after)], [1, 2]);
  });
});
