import assert from 'node:assert/strict';
import { faultText, locksOf } from './fault.ts';
import { planFaults, type PlanOptions } from './fault-plan.ts';

const options: PlanOptions = {
  seed: 7,
  minutes: 15,
  faultsPerMinute: 6,
  workers: 3,
  brokers: 3,
  connectors: 6,
  sessionTimeoutMs: 6000,
};

describe('plan of faults', () => {
  it('the same seed names the same faults at the same times, another seed others', () => {
    assert.deepEqual(planFaults(options), planFaults({ ...options }));
    assert.notDeepEqual(planFaults(options), planFaults({ ...options, seed: 8 }));
  });

  it('a longer run begins as the shorter one', () => {
    const short = planFaults({ ...options, minutes: 2 });
    assert.deepEqual(planFaults(options).slice(0, short.length), short);
  });

  it('fifteen minutes hold at least 60 faults and every kind of them, in the order of time', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const plan = planFaults({ ...options, seed });
      assert.ok(plan.length >= 60, `${plan.length} faults with seed ${seed}`);
      assert.equal(new Set(plan.map(({ fault }) => fault.kind)).size, 27);
      assert.ok(plan.every(({ atMs }, index) => atMs >= (plan[index - 1]?.atMs ?? 0) && atMs < 15 * 60_000));
    }
  });

  it('snapshots are asked for by every channel, left alone, stopped and paused', () => {
    const asked = [1, 2, 3].flatMap((seed) =>
      planFaults({ ...options, seed }).flatMap(({ fault }) => ('tables' in fault ? [fault] : [])),
    );
    assert.deepEqual([...new Set(asked.map(({ then }) => then))].sort(), ['nothing', 'pause', 'stop', 'stop-all']);
    assert.ok(asked.some(({ isPartial }) => isPartial) && asked.some(({ tables }) => tables > 1));
  });

  it('a connector is reset, asked or given a table by nobody else at the same time', () => {
    assert.deepEqual(locksOf({ kind: 'snapshot-anew', connector: 2, task: 1, afterMs: 0 }, 3), ['connector 2']);
    assert.deepEqual(locksOf({ kind: 'table-add', connector: 2 }, 3), ['connector 2']);
  });

  it('a frozen worker stays frozen past its session', () => {
    const frozen = planFaults(options).flatMap(({ fault }) => (fault.kind === 'worker-freeze' ? [fault.ms] : []));
    assert.ok(frozen.length > 0 && frozen.every((ms) => ms > options.sessionTimeoutMs));
  });

  it('never two brokers of three at once, and no worker in two hands', () => {
    assert.deepEqual(
      locksOf({ kind: 'broker-kill', broker: 0, downMs: 0 }, 3),
      locksOf({ kind: 'broker-freeze', broker: 2, ms: 0 }, 3),
    );
    assert.ok(locksOf({ kind: 'rolling-restart' }, 3).includes('worker 2'));
    assert.equal(faultText({ kind: 'worker-kill', worker: 2, downMs: 5 }), 'worker-kill worker 2 downMs 5');
  });
});
