import assert from 'node:assert/strict';
import { formatLsn, lsnOf, parseLsn } from './lsn.ts';

describe('LSNs', () => {
  it('keep all 64 bits, unsigned, through text and halves', () => {
    assert.equal(parseLsn('16/B374D848'), 0x16_b374_d848n);
    assert.equal(formatLsn(0x16_b374_d848n), '16/B374D848');
    assert.equal(formatLsn(parseLsn('FFFFFFFF/FFFFFFFF')), 'FFFFFFFF/FFFFFFFF');
    assert.equal(lsnOf(0xffff_ffff, 0x8000_0000), 0xffff_ffff_8000_0000n);
    assert.equal(formatLsn(0n), '0/0');
  });

  it('refuse what is none', () => {
    for (const text of ['', '1', 'x/1', '1/123456789', '1/1/1']) assert.throws(() => parseLsn(text), RangeError);
  });
});
