import assert from 'node:assert/strict';
import { decideSlot, type SlotQuestion, type SlotState } from './slot-decision.ts';

const good: SlotState = {
  plugin: 'pgoutput',
  type: 'logical',
  database: 'd',
  temporary: false,
  activePid: null,
  activeApplication: null,
  confirmedFlush: 1n,
  walStatus: 'reserved',
  invalidationReason: null,
  twoPhase: false,
};

const sound: SlotQuestion = {
  name: 's',
  database: 'd',
  slot: good,
  stored: 'none',
  dropOnStop: false,
  heals: false,
};

function decide(question: Partial<SlotQuestion>): string {
  const decision = decideSlot({ ...sound, ...question });
  return decision.action === 'fail' ? decision.code : decision.action;
}

const slot = (more: Partial<SlotState>): string => decide({ slot: { ...good, ...more } });

describe('what to do about a replication slot', () => {
  it('is created when it is missing and nothing is stored', () => {
    assert.equal(decide({ slot: undefined }), 'create');
    assert.equal(decide({ slot: undefined, stored: 'creating' }), 'create');
  });

  it('is never created silently when changes since an offset are gone with it', () => {
    for (const stored of ['stream', 'snapshot', 'foreign-snapshot'] as const)
      assert.equal(decide({ slot: undefined, stored }), 'POSTGRES_SLOT_MISSING');
    assert.equal(decide({ slot: undefined, stored: 'stream', dropOnStop: true }), 'create');
  });

  it('is used as it is when it is sound, also one of somebody else’s', () => {
    for (const stored of ['none', 'stream', 'snapshot', 'foreign-snapshot'] as const)
      assert.equal(decide({ stored }), 'use');
  });

  it('is made again when we were interrupted while making it', () => {
    assert.equal(decide({ stored: 'creating' }), 'recreate');
    assert.equal(decide({ stored: 'creating', slot: { ...good, confirmedFlush: null } }), 'recreate');
  });

  it('is refused when it belongs to something else', () => {
    assert.equal(slot({ plugin: 'wal2json' }), 'POSTGRES_SLOT_UNUSABLE');
    assert.equal(slot({ plugin: null, type: 'physical', database: null }), 'POSTGRES_SLOT_UNUSABLE');
    assert.equal(slot({ database: 'other' }), 'POSTGRES_SLOT_UNUSABLE');
    assert.equal(slot({ temporary: true }), 'POSTGRES_SLOT_UNUSABLE');
    assert.equal(decide({ stored: 'creating', slot: { ...good, database: 'other' } }), 'POSTGRES_SLOT_UNUSABLE');
  });

  it('is lost when the server says so, and waited for while somebody makes it', () => {
    assert.equal(slot({ walStatus: 'lost' }), 'POSTGRES_SLOT_LOST');
    assert.equal(slot({ invalidationReason: 'idle_timeout' }), 'POSTGRES_SLOT_LOST');
    assert.equal(slot({ confirmedFlush: null }), 'wait');
  });

  it('is made anew, with what was lost said, where everything is read anew then (when_needed)', () => {
    const gap = (question: Partial<SlotQuestion>): readonly [string, boolean] => {
      const decision = decideSlot({ ...sound, heals: true, ...question });
      return [decision.action, 'gap' in decision];
    };
    for (const stored of ['stream', 'snapshot', 'foreign-snapshot'] as const)
      assert.deepEqual(gap({ slot: undefined, stored }), ['create', true]);
    assert.deepEqual(gap({ slot: undefined, stored: 'stream', dropOnStop: true }), ['create', true]);
    assert.deepEqual(gap({ slot: undefined }), ['create', false]);
    assert.deepEqual(gap({ slot: { ...good, walStatus: 'lost' }, stored: 'stream' }), ['recreate', true]);
    assert.deepEqual(gap({ stored: 'stream' }), ['use', false]);
    assert.deepEqual(gap({ slot: { ...good, database: 'other' }, stored: 'stream' }), ['fail', false]);
  });

  it('is waited for while it is the copy that a standby keeps: it becomes usable with the promotion', () => {
    assert.equal(slot({ isStandbyCopy: true }), 'POSTGRES_SLOT_STANDBY_COPY');
    assert.equal(decide({ stored: 'creating', slot: { ...good, isStandbyCopy: true } }), 'POSTGRES_SLOT_STANDBY_COPY');
  });

  it('is used with a warning when it is about to be lost', () => {
    const decision = decideSlot({ ...sound, slot: { ...good, walStatus: 'unreserved' }, stored: 'stream' });
    assert.ok(decision.action === 'use' && decision.warning !== undefined);
  });
});
