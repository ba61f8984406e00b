import assert from 'node:assert/strict';
import { Lease } from './lease.ts';

describe('Lease', () => {
  it('counts from the moment it was sent, not from its arrival', () => {
    let now = 5000;
    const lease = new Lease(() => now);
    lease.grant(1000, 4500);
    assert.equal(lease.valid(), true);
    assert.equal(lease.remainingMs(), 500);
    now = 5500;
    assert.equal(lease.valid(), false);
  });

  it('is not shortened by an older lease that arrives late', () => {
    const lease = new Lease(() => 100);
    lease.grant(90, 50);
    lease.grant(10, 50);
    assert.equal(lease.remainingMs(), 40);
  });

  it('does not exist before the first grant', () => {
    assert.equal(new Lease(() => 1).valid(), false);
  });
});
