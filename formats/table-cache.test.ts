import assert from 'node:assert/strict';
import type { TableSchema } from '../connectors/table-schema.ts';
import { TableCache } from './table-cache.ts';

function table(name: string): TableSchema {
  return { database: 'd', schema: 's', table: name, columns: [], key: null };
}

describe('what is kept of tables', () => {
  it('is bounded, and what is used stays', () => {
    const cache = new TableCache<string>(10);
    const busy = table('busy');
    cache.set(busy, 'busy');
    const others = Array.from({ length: 100 }, (_, n) => table(String(n)));
    for (const other of others) {
      cache.set(other, other.table);
      assert.equal(cache.get(busy), 'busy');
    }
    const kept = others.filter((other) => cache.get(other) !== undefined);
    assert.ok(kept.length <= 20, String(kept.length));
    assert.equal(cache.get(others.at(-1) ?? busy), '99');
  });

  it('is kept by version of a table, not by name', () => {
    const cache = new TableCache<number>();
    const [before, after] = [table('a'), table('a')];
    cache.set(before, 1);
    cache.set(after, 2);
    assert.deepEqual([cache.get(before), cache.get(after)], [1, 2]);
  });
});
