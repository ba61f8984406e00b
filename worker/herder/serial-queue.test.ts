import assert from 'node:assert/strict';
import { SerialQueue } from './serial-queue.ts';

describe('serial queue', () => {
  it('runs requests one at a time in the order of arrival', async () => {
    const queue = new SerialQueue();
    const gate = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const first = queue.run('first', async () => {
      order.push('first begins');
      await gate.promise;
      order.push('first ends');
    });
    const second = queue.run('second', () => order.push('second'));
    gate.resolve(undefined);
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first begins', 'first ends', 'second']);
  });

  it('goes on after a request that fails, and hands the failure to its caller', async () => {
    const queue = new SerialQueue();
    const failing = queue.run('failing', () => Promise.reject(new Error('no')));
    const next = queue.run('next', () => 'done');
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'done');
  });

  it('says what it does, and afterwards what it did last', async () => {
    const queue = new SerialQueue(() => new Date(0));
    assert.equal(queue.stage, undefined);
    const seen: unknown[] = [];
    await queue.run('writing', (step) => {
      seen.push(queue.stage);
      step.stage('reading back');
      seen.push(queue.stage);
    });
    assert.deepEqual(seen, [
      { description: 'writing', startedAt: new Date(0) },
      { description: 'reading back', startedAt: new Date(0) },
    ]);
    assert.deepEqual(queue.stage, {
      description: 'reading back',
      startedAt: new Date(0),
      completedAt: new Date(0),
    });
  });
});
