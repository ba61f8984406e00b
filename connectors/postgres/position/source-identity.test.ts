import assert from 'node:assert/strict';
import { decideIdentity, leftTimelineAt, type Identity, type IdentityRules } from './source-identity.ts';
import type { OffsetSource } from './stored-offset.ts';

const rules = (action: IdentityRules['action']): IdentityRules => ({ where: 'host:5432', action });

function decide(stored: Partial<OffsetSource>, system: string | null, timeline: number | null): Identity {
  return decideIdentity({ slot: 's', system: '7', timeline: 1, ...stored }, { system, timeline }, rules('fail'));
}

describe('whether an offset belongs to the server that was found', () => {
  it('it does where both are the same, or where one of them is not known', () => {
    assert.equal(decide({}, '7', 1), 'same');
    assert.equal(decide({}, null, 1), 'same');
    assert.equal(decide({ system: null, timeline: null }, '7', 3), 'same');
    assert.equal(decideIdentity({ slot: 's', system: '7' }, { system: '7', timeline: 3 }, rules('fail')), 'same');
    assert.equal(decide({}, '7', null), 'same', 'a standby');
  });

  it('it has to be compared with the history after a fail-over or a restore, in either direction', () => {
    assert.equal(decide({}, '7', 2), 'other-timeline');
    assert.equal(decide({ timeline: 3 }, '7', 2), 'other-timeline');
  });

  it('it does not on another server, unless the operator says so', () => {
    assert.throws(() => decide({}, '8', 1), {
      code: 'POSTGRES_OTHER_SERVER',
      message: /identifier 7, but host:5432 is 8/,
    });
    assert.equal(decideIdentity({ slot: 's', system: '7' }, { system: '8', timeline: 1 }, rules('adopt')), 'adopted');
  });
});

describe('the history of a server', () => {
  const history = '1\t0/3000060\tno recovery target specified\n\n2\t1/A0000F8\tbefore 2026-01-01 00:00:00+00\n';

  it('says where it left each timeline', () => {
    assert.equal(leftTimelineAt(history, 1), 0x3000060n);
    assert.equal(leftTimelineAt(history, 2), 0x1_0a00_00f8n);
  });

  it('does not know a timeline that it never was on', () => {
    assert.equal(leftTimelineAt(history, 3), null);
    assert.equal(leftTimelineAt('', 1), null);
  });
});
