import assert from 'node:assert/strict';
import { FailureRing } from './failure-ring.ts';

function failure(code: string, message = 'm', trace = `${code}: ${message}`) {
  return { code, message, trace, fencing: false, retry: 'automatic' } as const;
}

describe('the last failures of a task', () => {
  it('hold code, chain of causes and the hint of the catalogue', () => {
    const ring = new FailureRing();
    const trace = 'HOST_DIED: gone\nWhat to do: …\nCaused by: Error: first\nCaused by: Error: second\n\tat x (y:1)';
    ring.add(failure('HOST_DIED', 'gone', trace), 5);
    const [note] = ring.notes;
    assert.deepEqual(note?.causes, ['Error: first', 'Error: second']);
    assert.match(note.hint ?? '', /The process that ran the task ended/);
    assert.equal(note.firstMs, 5);
  });

  it('count one that repeats itself instead of pushing the others out', () => {
    const ring = new FailureRing();
    ring.add(failure('TOPIC_MISSING'), 1);
    for (let at = 2; at <= 50; at += 1) ring.add(failure('HOST_DIED'), at);
    assert.deepEqual(
      ring.notes.map(({ code, count, firstMs, lastMs }) => ({ code, count, firstMs, lastMs })),
      [
        { code: 'TOPIC_MISSING', count: 1, firstMs: 1, lastMs: 1 },
        { code: 'HOST_DIED', count: 49, firstMs: 2, lastMs: 50 },
      ],
    );
    assert.equal(ring.totals.get('HOST_DIED'), 49);
  });

  it('are ten at most', () => {
    const ring = new FailureRing();
    for (let at = 1; at <= 30; at += 1) ring.add(failure('HOST_DIED', String(at)), at);
    assert.deepEqual(
      ring.notes.map(({ message }) => message),
      ['21', '22', '23', '24', '25', '26', '27', '28', '29', '30'],
    );
  });

  it('show no secret that a message quotes', () => {
    const ring = new FailureRing();
    ring.add(failure('INTERNAL', 'password=hunter2', 'x\nCaused by: Error: postgres://u:hunter2@h/d'), 1);
    assert.ok(!JSON.stringify(ring.notes).includes('hunter2'));
  });
});
