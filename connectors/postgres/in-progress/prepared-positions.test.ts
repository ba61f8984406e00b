import assert from 'node:assert/strict';
import { PreparedPositions } from './prepared-positions.ts';

describe('what the slot may move to while transactions are prepared', () => {
  it('is nothing that this session has not heard yet, though it was delivered in an earlier one', () => {
    const positions = new PreparedPositions(100n);
    assert.equal(positions.confirmable(500n), 100n);
    positions.heard(300n);
    assert.equal(positions.confirmable(500n), 300n);
    positions.heard(200n);
    assert.equal(positions.confirmable(500n), 300n);
    positions.heard(900n);
    assert.equal(positions.confirmable(500n), 500n);
  });

  it('is the oldest PREPARE until its changes are in Kafka, not only handed over', () => {
    const positions = new PreparedPositions(100n);
    positions.prepared(1, 110n);
    positions.prepared(2, 120n);
    positions.heard(400n);
    assert.equal(positions.confirmable(400n), 110n);
    positions.committed(1, 300n);
    assert.equal(positions.confirmable(299n), 110n);
    assert.equal(positions.confirmable(300n), 120n);
    positions.rolledBack(2);
    assert.equal(positions.confirmable(350n), 350n);
  });
});
