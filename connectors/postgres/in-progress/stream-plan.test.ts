import assert from 'node:assert/strict';
import type { SlotState } from '../setup/slot-decision.ts';
import { streamPlan } from './stream-plan.ts';

const slot: SlotState = {
  plugin: 'pgoutput',
  type: 'logical',
  database: 'd',
  temporary: false,
  activePid: null,
  activeApplication: null,
  confirmedFlush: 100n,
  walStatus: 'reserved',
  invalidationReason: null,
  twoPhase: false,
};
const none = { streamInProgress: false, twoPhase: false };

describe('what is asked of the server when streaming begins', () => {
  it('is the first version of the protocol, from where everything is delivered', () => {
    const plan = streamPlan(none, { version: 180_000, slot, done: 200n });
    assert.deepEqual(plan, { from: 200n, options: { proto_version: '1' }, twoPhase: false, holds: false });
  });

  it('is the second version for transactions in progress, on every server', () => {
    const plan = streamPlan({ ...none, streamInProgress: true }, { version: 140_000, slot, done: 200n });
    assert.deepEqual(plan.options, { proto_version: '2', streaming: 'on' });
    assert.deepEqual([plan.from, plan.holds], [200n, true]);
  });

  it('is the third version for two-phase commit, from where the slot stands: what is prepared has to come again', () => {
    const wishes = { streamInProgress: true, twoPhase: true };
    const plan = streamPlan(wishes, { version: 150_000, slot, done: 200n });
    assert.deepEqual(plan.options, { proto_version: '3', streaming: 'on', two_phase: 'on' });
    assert.deepEqual([plan.from, plan.twoPhase], [100n, true]);
    assert.equal(streamPlan(wishes, { version: 150_000, slot: undefined, done: 200n }).from, 200n);
    const old = streamPlan({ ...none, twoPhase: true }, { version: 140_000, slot, done: 200n });
    assert.deepEqual([old.options, old.twoPhase], [{ proto_version: '1' }, false]);
  });

  it('is two-phase commit with a slot that was used so before, whatever the setting says', () => {
    const plan = streamPlan(none, { version: 180_000, slot: { ...slot, twoPhase: true }, done: 200n });
    assert.deepEqual([plan.from, plan.twoPhase, plan.holds], [100n, true, true]);
  });
});
