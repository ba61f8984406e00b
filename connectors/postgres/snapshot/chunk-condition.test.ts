import assert from 'node:assert/strict';
import { chunkCondition } from './chunk-condition.ts';

const typeOf = (column: string): string => (column === 'id' ? 'pg_catalog.int8' : 'pg_catalog.text');

describe('the rows of a chunk', () => {
  it('lie above the boundary before it and not above its own', () => {
    const plan = { split: 'key', key: ['id'], boundaries: [['10'], ['20']] } as const;
    assert.equal(chunkCondition(plan, 0, typeOf), `"id" <= '10'::pg_catalog.int8`);
    assert.equal(chunkCondition(plan, 1, typeOf), `"id" > '10'::pg_catalog.int8 AND "id" <= '20'::pg_catalog.int8`);
    assert.equal(chunkCondition(plan, 2, typeOf), `"id" > '20'::pg_catalog.int8`);
  });

  it('are compared by all columns of the key at once, names and values quoted', () => {
    const plan = { split: 'key', key: ['id', 'it"s'], boundaries: [['1', "o'clock"]] } as const;
    assert.equal(
      chunkCondition(plan, 0, typeOf),
      `("id", "it""s") <= ('1'::pg_catalog.int8, 'o''clock'::pg_catalog.text)`,
    );
  });

  it('are those of some pages where there is no key', () => {
    const plan = { split: 'pages', key: [], boundaries: [['100']] } as const;
    assert.equal(chunkCondition(plan, 0, typeOf), `ctid < '(100,0)'::pg_catalog.tid`);
    assert.equal(chunkCondition(plan, 1, typeOf), `ctid >= '(100,0)'::pg_catalog.tid`);
  });

  it('are all of them where the table is not split', () => {
    assert.equal(chunkCondition({ split: 'whole', key: [], boundaries: [] }, 0, typeOf), null);
  });
});
