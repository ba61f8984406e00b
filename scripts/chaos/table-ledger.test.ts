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

  it('wants every change as one since the table streams, and what the open transaction did before that only perhaps', () => {
    const ledger = new TableLedger('t', 'prefix.public.t', 'added');
    ledger.write(1);
    ledger.settle('committed');
    assert.equal(ledger.streamsFrom, Infinity);
    ledger.write(1);
    ledger.streams();
    ledger.write(1);
    ledger.settle('committed');
    ledger.streams();
    assert.deepEqual([ledger.streamsFrom, ledger.committed.length], [2, 3]);
    assert.equal(new TableLedger('t', 'prefix.public.t').streamsFrom, 0);
  });

  it('begins another topic with the rows that there are, whose versions go on', () => {
    const ledger = new TableLedger('t', 'prefix.public.t');
    for (const id of [1, 2, 2]) ledger.write(id);
    ledger.write(3);
    ledger.remove(3);
    ledger.settle('committed');
    const renewed = ledger.renewed('prefix.again.t');
    assert.deepEqual(
      renewed.committed.map(({ key, version, op }) => `${key} ${version}${op}`),
      ['1 1c', '2 2c'],
    );
    assert.deepEqual([renewed.write(2), renewed.write(3)], [3, 2]);
    renewed.settle('committed');
    assert.deepEqual(
      [...ledger.contents],
      [
        ['1', 1],
        ['2', 2],
      ],
    );
    assert.deepEqual(
      [...renewed.contents],
      [
        ['1', 1],
        ['2', 3],
        ['3', 2],
      ],
    );
  });
});
