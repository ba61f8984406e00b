import assert from 'node:assert/strict';
import { courseOf, refusals, timesAsked, type Told } from './asked-snapshots.ts';

const asked = { id: 's1', tables: ['public.a', 'public.b'], askedMs: 1000 };

function news(type: string, data: Readonly<Record<string, string>> = {}, more: Partial<Told> = {}): Told {
  return { id: 's1', aggregate: 'Incremental Snapshot', timestampMs: 2000, type, data, ...more };
}

function scanned(table: string, status = 'SUCCEEDED'): Told {
  return news('TABLE_SCAN_COMPLETED', { scanned_collection: table, status });
}

const aborted = (tables: string, timestampMs = 2000): Told =>
  news('ABORTED', { data_collections: tables }, { id: 'stop', timestampMs });

describe('the judge of chaos: snapshots that were asked for', () => {
  it('are completed when each table was read and the end was told', () => {
    assert.equal(courseOf(asked, [scanned('public.a'), scanned('public.b'), news('COMPLETED')]), 'completed');
  });

  it('never ended when a table was not read, or the end was not told', () => {
    assert.equal(courseOf(asked, []), 'open');
    assert.equal(courseOf(asked, [scanned('public.a'), news('COMPLETED')]), 'open');
    assert.equal(courseOf(asked, [scanned('public.a'), scanned('public.b')]), 'open');
    assert.equal(
      courseOf({ ...asked, id: 's2' }, [scanned('public.a'), scanned('public.b'), news('COMPLETED')]),
      'open',
    );
  });

  it('were stopped when each table that was not read was taken out after they were asked for', () => {
    assert.equal(courseOf(asked, [scanned('public.a'), aborted('public.b')]), 'stopped');
    assert.equal(courseOf(asked, [aborted('public.a,public.b')]), 'stopped');
    assert.equal(courseOf(asked, [aborted('public.a')]), 'open');
    assert.equal(courseOf(asked, [aborted('public.a,public.b', 999)]), 'open');
  });

  it('allow a row to be read as often as its table was begun', () => {
    const told = [
      news('STARTED', { data_collections: 'public.a,public.b' }),
      news('STARTED', { data_collections: 'public.a' }),
    ];
    assert.deepEqual(
      [timesAsked(told, 'public.a'), timesAsked(told, 'public.b'), timesAsked(told, 'public.c')],
      [2, 1, 0],
    );
  });

  it('are none that may be refused, and no table fails', () => {
    const rejected = news('REJECTED', { reason: 'no' }, { aggregate: 'Signal' });
    const told = [scanned('public.a'), scanned('public.b', 'EMPTY'), scanned('public.b', 'SQL_EXCEPTION'), rejected];
    assert.equal(refusals(told).length, 2);
  });
});
