import assert from 'node:assert/strict';
import { SeededRandom } from '../../scripts/testing/seeded-random.ts';
import { RestartBudget, restartLimits, type RestartLimits } from './restart-policy.ts';

const limits: RestartLimits = { most: -1, mostPerHour: -1, firstWaitMs: 1000, longestWaitMs: 60_000 };
const hour = 3_600_000;

function waitOf(decision: ReturnType<RestartBudget['next']>): number {
  assert.ok('waitMs' in decision, JSON.stringify(decision));
  return decision.waitMs;
}

function seeded(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.next();
}

describe('restarts of a task', () => {
  it('wait twice as long each time, up to the bound', () => {
    const budget = new RestartBudget(() => 0);
    const waits = Array.from({ length: 8 }, (_, i) => waitOf(budget.next(limits, i)));
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('are spread by up to a fifth, the same for the same seed', () => {
    const of = (seed: number) => {
      const budget = new RestartBudget(seeded(seed));
      return Array.from({ length: 200 }, (_, i) => waitOf(budget.next({ ...limits, longestWaitMs: 1000 }, i)));
    };
    const waits = of(7);
    assert.ok(waits.every((wait) => wait > 800 && wait <= 1000));
    assert.ok(new Set(waits).size > 50);
    assert.deepEqual(of(7), waits);
    assert.notDeepEqual(of(8), waits);
  });

  it('end when those of an hour are spent, and come back as the hour moves on', () => {
    const budget = new RestartBudget(() => 0);
    const two = { ...limits, mostPerHour: 2 };
    assert.deepEqual(budget.next(two, 0), { waitMs: 1000, attempt: 1, left: 1 });
    assert.deepEqual(budget.next(two, 1000), { waitMs: 2000, attempt: 2, left: 0 });
    assert.deepEqual(budget.next(two, hour - 1), {
      spent: '2 restarts within an hour are spent (task.restart.max.per.hour=2)',
    });
    assert.equal(waitOf(budget.next(two, hour)), 4000);
  });

  it('begin anew after ten good minutes in what is in a row, but not in those of the hour', () => {
    const budget = new RestartBudget(() => 0);
    const three = { ...limits, most: 2, mostPerHour: 3 };
    budget.next(three, 0);
    budget.next(three, 0);
    assert.ok('spent' in budget.next(three, 0));
    budget.failed(600_000);
    assert.equal(waitOf(budget.next(three, 600_000)), 1000);
    budget.failed(600_000);
    assert.match(JSON.stringify(budget.next(three, 1_200_000)), /max.per.hour=3/);
  });

  it('begin anew after a restart by hand', () => {
    const budget = new RestartBudget(() => 0);
    const one = { ...limits, most: 1, mostPerHour: 1 };
    budget.next(one, 0);
    assert.ok('spent' in budget.next(one, 1));
    budget.reset();
    assert.deepEqual(budget.next(one, 2), { waitMs: 1000, attempt: 1, left: 0 });
  });

  it('that are nobody’s fault wait, and use up nothing', () => {
    const budget = new RestartBudget(() => 0);
    const one = { ...limits, most: 1, mostPerHour: 1 };
    assert.deepEqual([budget.nextFree(one).waitMs, budget.nextFree(one).waitMs], [1000, 2000]);
    assert.equal(waitOf(budget.next(one, 0)), 1000);
  });

  it('cannot be spent by an outage with the default settings', () => {
    const budget = new RestartBudget(seeded(1));
    const usual = restartLimits({});
    for (let now = 0; now < 24 * hour;) now += waitOf(budget.next(usual, now));
  });
});
