import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import type { TaskLog } from '../../source-connector.ts';
import type { PluginMessage, StreamFlow } from '../wire/replication-stream.ts';
import { HeldTransactions } from './held-transactions.ts';
import { PreparedPositions } from './prepared-positions.ts';
import { Spool } from './spool.ts';

type Part = number | bigint | string;

/** A message of the plug-in: its type, then 32-bit numbers, 64-bit bigints and bytes. */
function bytesOf(type: string, parts: readonly Part[]): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), ...parts.map(partBytes)]);
}

function partBytes(part: Part): Buffer {
  if (typeof part === 'string') return Buffer.from(part, 'latin1');
  const bytes = Buffer.alloc(typeof part === 'number' ? 4 : 8);
  if (typeof part === 'number') bytes.writeUInt32BE(part);
  else bytes.writeBigInt64BE(part);
  return bytes;
}

const silent: TaskLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
function nothing(): void {
  // not looked at
}

/** What stands between the socket and the reader, with both ends in the test's hands. */
class Bench {
  readonly prepared = new PreparedPositions(0n);
  readonly held: HeldTransactions;
  readonly read: string[] = [];
  flowing = true;
  #flow: StreamFlow | undefined;
  #resumed = Promise.withResolvers<undefined>();
  /** The reader asks for a pause behind these. */
  pausesAt = '';
  readonly paused = Promise.withResolvers<undefined>();

  constructor(omitsEmpty = true) {
    this.held = new HeldTransactions({
      reader: {
        attach: (flow) => (this.#flow = flow),
        message: (message) => this.#take(message),
        keepalive: (walEnd) => void this.read.push(`keepalive ${walEnd}`),
        chunkEnd: () => undefined,
      },
      spool: new Spool({ folder: tmpdir(), maxBytes: 1e6 }),
      prepared: this.prepared,
      omitsEmpty,
      log: silent,
    });
    this.held.attach({
      pause: () => (this.flowing = false),
      resume: () => {
        this.flowing = true;
        this.#resumed.resolve(undefined);
      },
    });
  }

  /** True: the next message may come at once. */
  send(type: string, ...parts: Part[]): boolean {
    const message = bytesOf(type, parts);
    return this.held.message({ bytes: message, start: 0, end: message.length, high: 0, low: 77 });
  }

  /** Sends a message behind which the stream is held up, and waits until it is not. */
  async deliver(type: string, ...parts: Part[]): Promise<void> {
    this.#resumed = Promise.withResolvers<undefined>();
    assert.equal(this.send(type, ...parts), false);
    await Promise.race([this.#resumed.promise, this.held.failed]);
  }

  resumeReader(): void {
    this.#flow?.resume();
  }

  #take({ bytes, start, end, low }: PluginMessage): boolean {
    const type = bytes.toString('latin1', start, start + 1);
    const text = 'BC'.includes(type) ? bytes.toString('hex', start + 1, end) : bytes.toString('latin1', start + 5, end);
    this.read.push(`${type} ${text}${'IUD'.includes(type) ? ` at ${low}` : ''}`);
    if (text !== this.pausesAt || text === '') return true;
    this.#flow?.pause();
    this.paused.resolve(undefined);
    return false;
  }

  /** A block of a transaction: letters are the types, numbers in front of them whose change it is. */
  block(xid: number, changes: readonly (readonly [sub: number, type: string, text: string])[]): void {
    this.send('S', xid, '\0');
    for (const [sub, type, text] of changes) this.send(type, sub, 5, text);
    this.send('E');
  }
}

const BEGIN = 'B 000000000000006400000000000003e800000001';
const COMMIT = 'C 00000000000000006400000000000000c800000000000003e8';
const commit = ['c', 1, '\0', 100n, 200n, 1000n] as const;

describe('transactions whose changes come before their end', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench.held.close());

  it('are handed over at their commit, whole and in order, though their blocks alternate', async () => {
    bench.block(1, [[1, 'I', 'a']]);
    bench.block(2, [[2, 'I', 'other']]);
    bench.block(1, [[1, 'U', 'b']]);
    bench.send('I', 5, 'small');
    assert.deepEqual(bench.read, ['I small at 77']);
    await bench.deliver(...commit);
    assert.deepEqual(bench.read.slice(1), [BEGIN, 'I a at 77', 'U b at 77', COMMIT]);
    assert.equal(bench.held.transactions, 1);
  });

  it('lose what was rolled back: a subtransaction with its children, and what came behind it', async () => {
    bench.block(1, [
      [1, 'I', 'a'],
      [10, 'I', 'sub'],
      [11, 'I', 'child'],
    ]);
    bench.block(1, [[10, 'I', 'sub again']]);
    bench.send('A', 1, 11);
    bench.send('A', 1, 10);
    bench.send('A', 1, 99);
    bench.block(1, [
      [1, 'I', 'b'],
      [12, 'I', 'kept'],
      [1, 'I', 'c'],
    ]);
    await bench.deliver(...commit);
    assert.deepEqual(bench.read, [BEGIN, 'I a at 77', 'I b at 77', 'I kept at 77', 'I c at 77', COMMIT]);
  });

  it('come to nothing when they are rolled back', () => {
    bench.block(1, [[1, 'I', 'a']]);
    bench.send('A', 1, 1);
    assert.deepEqual([bench.read, bench.held.transactions], [[], 0]);
  });

  it('without changes left only move the position, or come empty where servers send them so', () => {
    bench.block(1, [[10, 'I', 'a']]);
    bench.send('A', 1, 10);
    assert.equal(bench.send(...commit), true);
    assert.deepEqual(bench.read, ['keepalive 200']);
    bench = new Bench(false);
    bench.block(1, []);
    assert.equal(bench.send(...commit), true);
    assert.deepEqual(bench.read, [BEGIN, COMMIT]);
  });

  it('are handed over no faster than they are taken, and not at all once the session is over', async () => {
    bench.block(1, [
      [1, 'I', 'first'],
      [1, 'I', 'second'],
      [1, 'I', 'third'],
    ]);
    bench.pausesAt = 'second';
    assert.equal(bench.send(...commit), false);
    await bench.paused.promise;
    assert.deepEqual([bench.read, bench.flowing], [[BEGIN, 'I first at 77', 'I second at 77'], false]);
    const failed = assert.rejects(bench.held.failed);
    await bench.held.close();
    bench.resumeReader();
    await failed;
    assert.equal(bench.read.length, 3);
  });

  it('leave the newest description of a table behind, though theirs is older', async () => {
    bench.send('S', 1, '\0');
    bench.send('R', 1, 5, 'older');
    bench.send('I', 1, 5, 'a');
    bench.send('E');
    bench.send('R', 5, 'newer');
    await bench.deliver(...commit);
    assert.deepEqual(bench.read, ['R newer', BEGIN, 'R older', 'I a at 77', COMMIT, 'R newer']);
  });

  it('that are prepared are handed over at COMMIT PREPARED, with its place and time, and hold the slot back until then', async () => {
    bench.send('b', 50n, 60n, 500n, 1, 'gid\0');
    bench.send('R', 5, 'table');
    bench.send('I', 5, 'a');
    bench.send('P', '\0', 50n, 60n, 500n, 1, 'gid\0');
    bench.send('I', 5, 'ordinary');
    assert.deepEqual(bench.read, ['R table', 'I ordinary at 77']);
    bench.held.keepalive(90n, false);
    assert.equal(bench.prepared.confirmable(90n), 50n);
    await bench.deliver('K', '\0', 100n, 200n, 1000n, 1, 'gid\0');
    assert.deepEqual(bench.read.slice(3), [BEGIN, 'R table', 'I a at 77', COMMIT]);
    assert.deepEqual([bench.prepared.confirmable(199n), bench.prepared.confirmable(200n)], [50n, 200n]);
  });

  it('that are prepared after they were streamed are dropped at ROLLBACK PREPARED', () => {
    bench.block(1, [[1, 'I', 'a']]);
    bench.send('p', '\0', 50n, 60n, 500n, 1, 'gid\0');
    assert.equal(bench.prepared.confirmable(60n), 50n);
    bench.send('r', '\0', 60n, 80n, 500n, 600n, 1, 'gid\0');
    assert.deepEqual([bench.held.transactions, bench.prepared.confirmable(80n)], [0, 80n]);
    assert.equal(bench.send('K', '\0', 100n, 200n, 1000n, 9, 'empty\0'), true);
    assert.deepEqual(bench.read, ['keepalive 200']);
  });
});
