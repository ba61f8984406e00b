import assert from 'node:assert/strict';
import { Outbox } from './outbox.ts';
import type { StoredRecord } from './records/stored-record.ts';

const never = new AbortController().signal;

/** A topic whose writes the test lets through or fails, one at a time. */
class Gate {
  readonly written: string[] = [];
  readonly failures: number[] = [];
  readonly outbox = new Outbox({
    write: (records) => this.#write(records),
    onFailure: (_error, failures) => this.failures.push(failures),
  });
  #waiting: ((error?: Error) => void) | undefined;
  #asked = Promise.withResolvers<undefined>();

  add(key: string, text: string): void {
    this.outbox.add(key, () => ({ key, value: Buffer.from(text) }));
  }

  /** A write has begun that has not ended. */
  get begun(): Promise<undefined> {
    return this.#asked.promise;
  }

  /** Waits for the next write and ends it. */
  async next(error?: Error): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    this.#waiting?.(error);
  }

  async #write(records: readonly StoredRecord[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#waiting = (error) => (error === undefined ? resolve(undefined) : reject(error));
    this.#asked.resolve(undefined);
    await promise;
    this.written.push(records.map(({ key, value }) => `${key}=${String(value)}`).join(' '));
  }
}

describe('the outbox of statuses', () => {
  it('writes what came together at once, the newest per key', async () => {
    const gate = new Gate();
    gate.add('a', '1');
    gate.add('b', '1');
    gate.add('a', '2');
    await gate.begun;
    gate.add('a', '3');
    gate.add('b', '2');
    gate.add('a', '4');
    await gate.next();
    await gate.next();
    await gate.outbox.flush(never);
    assert.deepEqual(gate.written, ['b=1 a=2', 'b=2 a=4']);
  });

  it('tries again for ever, and a newer record takes the place of one that failed', async () => {
    const gate = new Gate();
    gate.add('a', '1');
    gate.outbox.add('b', (tries) => ({ key: 'b', value: Buffer.from(String(tries)) }));
    const flushed = gate.outbox.flush(never);
    await gate.begun;
    gate.add('a', '2');
    await gate.next(new Error('1'));
    await gate.next(new Error('2'));
    await gate.next();
    await flushed;
    assert.deepEqual(gate.failures, [1, 2]);
    assert.deepEqual(gate.written, ['b=2 a=2']);
  });

  it('drops what has been overtaken when its turn comes', async () => {
    const gate = new Gate();
    gate.outbox.add('a', () => undefined);
    await gate.outbox.flush(never);
    assert.deepEqual(gate.written, []);
  });

  it('flushes what was added before, not what comes later', async () => {
    const gate = new Gate();
    gate.add('a', '1');
    const flushed = gate.outbox.flush(never);
    await gate.begun;
    gate.add('b', '1');
    await gate.next();
    await flushed;
    assert.deepEqual(gate.written, ['a=1']);
    await gate.next();
    await gate.outbox.flush(never);
    await gate.outbox.close();
  });

  it('ends a flush when nobody waits for it any more, or when it is closed', async () => {
    const gate = new Gate();
    gate.add('a', '1');
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(gate.outbox.flush(signal), /enough/);
    const flushed = assert.rejects(gate.outbox.flush(never), /closed/);
    const closed = gate.outbox.close();
    await gate.next(new Error('ended'));
    await Promise.all([closed, flushed]);
    gate.add('a', '2');
    assert.deepEqual(gate.written, []);
  });
});
