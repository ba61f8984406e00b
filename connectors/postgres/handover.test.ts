import assert from 'node:assert/strict';
import type { ChangeBatch } from '../change-batch.ts';
import type { Emitted, TaskContext } from '../source-connector.ts';
import { Handover } from './handover.ts';

const batch: ChangeBatch = { events: [], offsets: [], bytes: 0 };

/** A host whose answers the test gives; only what a handover uses of it. */
class Host {
  readonly answers: PromiseWithResolvers<undefined>[] = [];
  readonly stop = new AbortController();
  room: Promise<void> | undefined;
  commits = 0;

  handover(durable: bigint): Handover {
    const context: Pick<TaskContext, 'emit' | 'commitNow' | 'signal'> = {
      signal: this.stop.signal,
      commitNow: () => void (this.commits += 1),
      emit: (): Emitted => {
        const answer = Promise.withResolvers<undefined>();
        this.answers.push(answer);
        return { room: this.room, acknowledged: answer.promise };
      },
    };
    return new Handover(context, durable);
  }
}

describe('handing batches over', () => {
  it('counts as durable only what was acknowledged, in order', async () => {
    const host = new Host();
    const handover = host.handover(5n);
    let moved = 0;
    handover.onDurable = () => (moved += 1);
    void handover.emit(batch, 10n);
    const stored = handover.store(batch, 20n);
    assert.equal(host.commits, 1);
    host.answers[1]?.resolve(undefined);
    await stored;
    assert.deepEqual([handover.durable, handover.idle], [5n, false]);
    host.answers[0]?.resolve(undefined);
    await new Promise(setImmediate);
    assert.deepEqual([handover.durable, handover.idle, moved], [20n, true, 2]);
  });

  it('is over with the first batch that fails, and nothing waits for room any more', async () => {
    const host = new Host();
    host.room = new Promise(() => undefined);
    const handover = host.handover(5n);
    const room = handover.emit(batch, 10n);
    host.answers[0]?.reject(new Error('unknown outcome'));
    await assert.rejects(handover.failed, /unknown outcome/);
    await assert.rejects(room ?? Promise.resolve(), /unknown outcome/);
    assert.match(handover.failure?.message ?? '', /unknown outcome/);
    assert.equal(handover.durable, 5n);
  });

  it('lets go of a stopped task, whatever it waits for', async () => {
    const host = new Host();
    host.room = new Promise(() => undefined);
    const handover = host.handover(5n);
    const waiting = [handover.emit(batch, 10n), handover.store(batch, 10n)];
    host.stop.abort();
    for (const wait of waiting) await assert.rejects(wait ?? Promise.resolve(), /stopped/);
    assert.equal(handover.failure, undefined);
  });
});
