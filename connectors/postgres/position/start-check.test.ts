import assert from 'node:assert/strict';
import { decideStart, type StartRules } from './start-check.ts';

const rules = (strategy: StartRules['strategy']): StartRules => ({ slotName: 's', strategy });

describe('comparing offset, slot and log before streaming', () => {
  it('begins at the offset when the slot is there or behind it, and the log beyond it', () => {
    for (const strategy of ['no_validation', 'trust_offset', 'trust_slot', 'trust_greater_lsn'] as const) {
      assert.deepEqual(decideStart({ offset: 20n, slot: 10n, log: 30n }, rules(strategy)), { from: 20n });
      assert.deepEqual(decideStart({ offset: 20n, slot: 20n, log: 20n }, rules(strategy)), { from: 20n });
    }
  });

  it('refuses to skip changes when the slot is ahead, unless told to', () => {
    const positions = { offset: 0x10n, slot: 0x20n, log: 0x30n };
    for (const strategy of ['no_validation', 'trust_offset'] as const)
      assert.throws(() => decideStart(positions, rules(strategy)), {
        code: 'POSTGRES_SLOT_AHEAD',
        message: /'s' is at 0\/20, .* 0\/10: the 16 bytes/,
      });
    for (const strategy of ['trust_slot', 'trust_greater_lsn'] as const) {
      const decision = decideStart(positions, rules(strategy));
      assert.equal(decision.from, 0x20n);
      assert.match(decision.warning ?? '', /cannot be read any more/);
    }
  });

  it('refuses to go on when the server has lost what was delivered, unless told to', () => {
    const positions = { offset: 50n, slot: 10n, log: 30n };
    for (const strategy of ['no_validation', 'trust_offset', 'trust_greater_lsn'] as const)
      assert.throws(() => decideStart(positions, rules(strategy)), { code: 'POSTGRES_SERVER_BEHIND' });
    assert.equal(decideStart(positions, rules('trust_slot')).from, 10n);
  });

  it('refuses to go on when the history that was delivered is not the one that the server went on with, however long its log is by now', () => {
    const positions = { offset: 0x50n, slot: 0x10n, log: 0x90n, forkedAt: 0x30n };
    for (const strategy of ['no_validation', 'trust_offset', 'trust_greater_lsn'] as const)
      assert.throws(() => decideStart(positions, rules(strategy)), {
        code: 'POSTGRES_SERVER_BEHIND',
        message: /0\/50 lies behind the place where the server's log began anew, 0\/30/,
      });
    assert.equal(decideStart(positions, rules('trust_slot')).from, 0x10n);
    assert.deepEqual(decideStart({ ...positions, offset: 0x30n }, rules('no_validation')), { from: 0x30n });
    // Never on the timeline of the offset: nothing of it is certain.
    assert.throws(() => decideStart({ ...positions, forkedAt: 0n }, rules('no_validation')), {
      code: 'POSTGRES_SERVER_BEHIND',
    });
  });

  it('goes on from the slot of another server that was adopted, since the positions of the two have nothing in common', () => {
    for (const offset of [1n, 20n, 99n]) {
      const decision = decideStart({ offset, slot: 10n, log: 30n, isAdopted: true }, rules('no_validation'));
      assert.equal(decision.from, 10n);
      assert.match(decision.warning ?? '', /another server/);
    }
  });
});
