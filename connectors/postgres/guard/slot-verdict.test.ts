import assert from 'node:assert/strict';
import type { SlotReading } from './server-reading.ts';
import { judgeSlot, type SlotLimit, type SlotQuestion, type SlotVerdict } from './slot-verdict.ts';

const MB = 1024 ** 2;
const END = BigInt(1000 * MB);
const NONE: SlotLimit = { bytes: 0, action: 'warn' };

/** A slot for which the server keeps so many megabytes of log. */
function keeping(megabytes: number, more: Partial<SlotReading> = {}): SlotReading {
  return {
    name: 's',
    database: 'd',
    active: true,
    restart: END - BigInt(megabytes * MB),
    confirmed: END - BigInt(MB),
    walStatus: 'reserved',
    safeBytes: null,
    invalidationReason: null,
    ...more,
  };
}

function judge(slot: SlotReading | undefined, more: Partial<SlotQuestion> = {}): SlotVerdict {
  return judgeSlot({ name: 's', slot, logEnd: END, limit: NONE, bytesPerSecond: null, ...more });
}

describe('what a replication slot keeps on its server', () => {
  it('is told in bytes, by what is kept and by what is not confirmed', () => {
    const { level, warnings, retainedBytes, unconfirmedBytes, safeBytes, limitBytes, exhaustedInMs } = judge(
      keeping(900),
    );
    assert.deepEqual([level, warnings, retainedBytes, unconfirmedBytes], ['ok', [], 900 * MB, MB]);
    assert.deepEqual([safeBytes, limitBytes, exhaustedInMs], [null, null, null], 'nothing limits it');
  });

  it('is warned of from half of what the server or the operator allows, whichever is nearer, and alarms from 80 %', () => {
    const limit: SlotLimit = { bytes: 100 * MB, action: 'warn' };
    const table: [SlotVerdict['level'], SlotReading, SlotLimit][] = [
      ['ok', keeping(49), limit],
      ['warning', keeping(50), limit],
      ['alarm', keeping(80), limit],
      ['alarm', keeping(101), limit],
      ['ok', keeping(49, { safeBytes: 51 * MB }), NONE],
      ['warning', keeping(49, { safeBytes: 49 * MB }), NONE],
      ['alarm', keeping(49, { safeBytes: 10 * MB }), NONE],
      ['alarm', keeping(49, { safeBytes: -3 * MB, walStatus: 'unreserved' }), NONE],
      ['warning', keeping(40, { safeBytes: 40 * MB }), limit],
      ['ok', keeping(0), limit],
    ];
    for (const [level, slot, limit] of table) {
      const verdict = judge(slot, { limit });
      assert.equal(verdict.level, level, JSON.stringify(verdict));
      assert.equal(verdict.warnings.length > 0, level !== 'ok');
      assert.equal(verdict.failure, undefined, 'warning is all that happens unless the operator asks for more');
    }
  });

  it('will have no room left at a time that follows from the rate seen', () => {
    const limit: SlotLimit = { bytes: 1000 * MB, action: 'warn' };
    const at = (bytesPerSecond: number): SlotVerdict => judge(keeping(100), { limit, bytesPerSecond });
    assert.deepEqual([at(MB / 60).level, at(MB / 60).exhaustedInMs], ['ok', 54_000_000]);
    assert.deepEqual([at(MB / 10).level, at(MB / 10).exhaustedInMs], ['warning', 9_000_000]);
    assert.deepEqual([at(MB).level, at(MB).exhaustedInMs], ['alarm', 900_000]);
    assert.match(at(MB).warnings.join(), /no room left in 15 min/);
    assert.deepEqual([at(-MB).level, at(-MB).exhaustedInMs], ['ok', null], 'it shrinks');
  });

  it('ends the task beyond the limit only where the operator said so', () => {
    for (const action of ['fail', 'drop'] as const) {
      const limit: SlotLimit = { bytes: 100 * MB, action };
      assert.equal(judge(keeping(100), { limit }).failure, undefined);
      const { failure } = judge(keeping(101), { limit });
      assert.equal(failure?.code, 'POSTGRES_SLOT_OVER_LIMIT');
      assert.match(failure.message, action === 'drop' ? /it is dropped/ : /the task fails/);
    }
  });

  it('is nothing any more once the slot is lost, invalid or dropped: never silent', () => {
    const table: [string, SlotReading | undefined][] = [
      ['POSTGRES_SLOT_LOST', keeping(1, { walStatus: 'lost', restart: null })],
      ['POSTGRES_SLOT_LOST', keeping(1, { invalidationReason: 'idle_timeout' })],
      ['POSTGRES_SLOT_MISSING', undefined],
    ];
    for (const [code, slot] of table) {
      const { failure, level, exhaustedInMs } = judge(slot);
      assert.deepEqual([failure?.code, level, exhaustedInMs], [code, 'alarm', 0]);
    }
    assert.match(judge(keeping(1, { invalidationReason: 'idle_timeout' })).failure?.message ?? '', /idle_timeout/);
  });
});
