import assert from 'node:assert/strict';
import { RebalanceMeter } from './rebalance-meter.ts';

describe('the meter of rounds in the group', () => {
  it('takes a round from its first join to its assignment, however often it is joined in between', () => {
    const meter = new RebalanceMeter();
    meter.joining(100);
    meter.joining(400);
    assert.equal(meter.figures(400).rebalancing, true);
    meter.assigned(600);
    meter.joining(1000);
    meter.assigned(1100);
    const { rebalancing, completed, completedLastHour, maxMs, totalMs, lastEndedAt } = meter.figures(2000);
    assert.deepEqual(
      { rebalancing, completed, completedLastHour, maxMs, totalMs, lastEndedAt },
      { rebalancing: false, completed: 2, completedLastHour: 2, maxMs: 500, totalMs: 600, lastEndedAt: 1100 },
    );
    assert.equal(meter.figures(3_700_000).completedLastHour, 0);
    assert.equal(meter.figures(3_700_000).completed, 2);
  });

  it('counts answers by request, with their times, and knows when the last good heartbeat was sent', () => {
    const meter = new RebalanceMeter();
    assert.deepEqual(meter.figures(0).calls.join, { total: 0, perSecond: 0, avgMs: null, maxMs: null });
    meter.answered({ call: 'join', sentAt: 0, answeredAt: 900 });
    meter.answered({ call: 'sync', sentAt: 900, answeredAt: 910 });
    for (const sentAt of [1000, 1500, 2000]) meter.answered({ call: 'heartbeat', sentAt, answeredAt: sentAt + 4 });
    meter.answered({ call: 'heartbeat', sentAt: 2500, answeredAt: 2516 });
    const { calls, lastHeartbeatAt } = meter.figures(2600);
    assert.deepEqual(calls, {
      join: { total: 1, perSecond: 1 / 30, avgMs: 900, maxMs: 900 },
      sync: { total: 1, perSecond: 1 / 30, avgMs: 10, maxMs: 10 },
      heartbeat: { total: 4, perSecond: 4 / 30, avgMs: 7, maxMs: 16 },
    });
    assert.equal(lastHeartbeatAt, 2500);
    assert.equal(meter.figures(60_000).calls.heartbeat.perSecond, 0);
  });
});
