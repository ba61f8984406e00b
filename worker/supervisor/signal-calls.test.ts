import assert from 'node:assert/strict';
import { SignalCalls } from './signal-calls.ts';

const signal = { id: 's', type: 'log', data: null };

describe('signals on their way to a task', () => {
  let sent: { id: string; request: number }[];
  const calls = (isThere = true, answerMs?: number): SignalCalls =>
    new SignalCalls((id, { request }) => {
      sent.push({ id, request });
      return isThere;
    }, answerMs);

  beforeEach(() => (sent = []));

  it('settle with the answer of the task', async () => {
    const made = calls();
    const first = made.call('inv-0', signal);
    const second = made.call('inv-0', signal);
    made.answered({ request: sent[1]?.request ?? 0, refusal: { code: 'SIGNAL_INVALID', message: 'no such type' } });
    made.answered({ request: sent[0]?.request ?? 0 });
    await first;
    await assert.rejects(second, { status: 400, message: 'no such type' });
  });

  it('are refused when the task cannot take them, is not there, or ends before it answers', async () => {
    const made = calls();
    const untimely = made.call('inv-0', signal);
    made.answered({ request: sent[0]?.request ?? 0, refusal: { code: 'SIGNAL_UNTIMELY', message: 'not yet' } });
    await assert.rejects(untimely, { status: 409, message: 'not yet' });
    const ended = made.call('inv-0', signal);
    const other = made.call('other-0', signal);
    made.end('inv-0');
    await assert.rejects(ended, { status: 409 });
    made.answered({ request: sent[2]?.request ?? 0 });
    await other;
    await assert.rejects(calls(false).call('inv-0', signal), { status: 409 });
  });

  it('are answered although the task is silent', async () => {
    await assert.rejects(calls(true, 1).call('inv-0', signal), {
      status: 504,
      message: /has not answered within 1 ms/,
    });
  });
});
