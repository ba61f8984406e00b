import assert from 'node:assert/strict';
import { TableLedger } from './table-ledger.ts';

describe('TableLedger', () => {
  it('counts the changes of a transaction only when it was committed, and gives an aborted one its versions back', () => {
    const ledger = new TableLedger('t', 'prefix.public.t');
    assert.equal(ledger.write(1), 1);
    ledger.settle('aborted');
    assert.equal(ledger.committed.length, 0);
    assert.equal(ledger.write(1), 1);
    assert.equal(ledger.write(1), 2);
    ledger.remove(1);
    ledger.settle('committed');
    assert.equal(ledger.row(1).alive, false);
    assert.equal(ledger.write(1), 3);
    assert.deepEqual(
      ledger.committed.map(({ version, op }) => `${version}${op}`),
      ['1c', '2u', '2d'],
    );
  });
});
