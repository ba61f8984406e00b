import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Feedback, type FeedbackParts } from './feedback.ts';
import type { StandbyStatus } from './wire/replication-stream.ts';

describe('feedback to the server', () => {
  const sent: StandbyStatus[] = [];
  let durable = 0n;
  let received = 0n;
  let mayConfirm = true;
  let feedback: Feedback;

  function open(more: Partial<FeedbackParts> = {}): void {
    feedback = new Feedback({
      stream: { sendStatus: (status) => void sent.push(status) },
      intervalMs: 10_000,
      received: () => received,
      durable: () => durable,
      mayConfirm: () => mayConfirm,
      confirms: true,
      slotPosition: 0n,
      ...more,
    });
  }

  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    sent.length = 0;
    durable = 0n;
    received = 0n;
    mayConfirm = true;
  });

  afterEach(() => {
    feedback.close();
    mock.timers.reset();
  });

  it('goes out at each interval, whatever else happens, and asks for an answer', () => {
    open();
    mock.timers.tick(30_000);
    assert.equal(sent.length, 3);
    assert.ok(sent.every(({ replyRequested }) => replyRequested));
  });

  it('goes out at once when the server asks', () => {
    open();
    feedback.answer();
    assert.deepEqual(sent, [{ received: 0n, flushed: 0n, replyRequested: false }]);
  });

  it('confirms exactly what is durable, within a second of its becoming so, once for many', () => {
    open();
    durable = 100n;
    received = 150n;
    feedback.durableMoved();
    durable = 120n;
    feedback.durableMoved();
    assert.equal(sent.length, 0);
    mock.timers.tick(1000);
    assert.deepEqual(sent, [{ received: 150n, flushed: 120n, replyRequested: false }]);
  });

  it('keeps the session alive but confirms nothing new once the lease has run out', () => {
    open();
    durable = 100n;
    feedback.answer();
    mayConfirm = false;
    durable = 200n;
    feedback.answer();
    assert.deepEqual(
      sent.map(({ flushed }) => flushed),
      [100n, 100n],
    );
  });

  it('says nothing about the position with lsn.flush.mode=manual, nor below where the slot is', () => {
    open({ confirms: false });
    durable = 100n;
    feedback.answer();
    feedback.close();
    open({ slotPosition: 150n });
    feedback.answer();
    durable = 150n;
    feedback.answer();
    assert.deepEqual(
      sent.map(({ flushed }) => flushed),
      [0n, 0n, 150n],
    );
  });
});
