import assert from 'node:assert/strict';
import type { TablePlan } from '../../snapshot/snapshot-records.ts';
import { chunkCondition, chunkRange } from './chunk-condition.ts';

const typeOf = (column: string): string => (column === 'id' ? 'pg_catalog.int8' : 'pg_catalog.text');

function conditionOf(
  plan: Pick<TablePlan, 'split' | 'key' | 'boundaries'>,
  chunk: number,
  reached?: readonly string[],
): string | null {
  return chunkCondition(plan, chunkRange(plan, chunk, reached), typeOf);
}

describe('the rows of a chunk', () => {
  it('lie above the boundary before it and not above its own', () => {
    const plan = { split: 'key', key: ['id'], boundaries: [['10'], ['20']] } as const;
    assert.equal(conditionOf(plan, 0), `"id" <= '10'::pg_catalog.int8`);
    assert.equal(conditionOf(plan, 1), `"id" > '10'::pg_catalog.int8 AND "id" <= '20'::pg_catalog.int8`);
    assert.equal(conditionOf(plan, 2), `"id" > '20'::pg_catalog.int8`);
  });

  it('are compared by all columns of the key at once, names and values quoted', () => {
    const plan = { split: 'key', key: ['id', 'it"s'], boundaries: [['1', "o'clock"]] } as const;
    assert.equal(conditionOf(plan, 0), `("id", "it""s") <= ('1'::pg_catalog.int8, 'o''clock'::pg_catalog.text)`);
  });

  it('are those of some pages where there is no key', () => {
    const plan = { split: 'pages', key: [], boundaries: [['100']] } as const;
    assert.equal(conditionOf(plan, 0), `ctid < '(100,0)'::pg_catalog.tid`);
    assert.equal(conditionOf(plan, 1), `ctid >= '(100,0)'::pg_catalog.tid`);
  });

  it('are those above the key, or behind the page, that a part of it was read up to', () => {
    const byKey = { split: 'key', key: ['id'], boundaries: [['10'], ['20']] } as const;
    assert.equal(conditionOf(byKey, 1, ['12']), `"id" > '12'::pg_catalog.int8 AND "id" <= '20'::pg_catalog.int8`);
    const byPages = { split: 'pages', key: [], boundaries: [['100']] } as const;
    assert.equal(conditionOf(byPages, 1, ['120']), `ctid >= '(120,0)'::pg_catalog.tid`);
  });

  it('are all of them where the table is not split', () => {
    assert.equal(conditionOf({ split: 'whole', key: [], boundaries: [] }, 0), null);
  });
});
