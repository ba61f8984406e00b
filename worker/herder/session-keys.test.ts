import assert from 'node:assert/strict';
import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import { LeaderWrites } from './leader-writes.ts';
import { Membership } from './membership.ts';
import { SerialQueue } from './serial-queue.ts';
import { SessionKeys } from './session-keys.ts';

const ttlMs = 1000;

/** A worker's session keys with time, topic and leadership in the hands of the test. */
function bench(stored?: SessionKey) {
  let now = 10_000;
  let current = stored;
  let timer: { at: number; call: () => void } | undefined;
  let failing = false;
  const written: SessionKey[] = [];
  const clock = {
    now: () => now,
    after: (ms: number, call: () => void) => {
      const own = { at: now + ms, call };
      timer = own;
      return () => {
        if (timer === own) timer = undefined;
      };
    },
  };
  const membership = new Membership(clock, 6000);
  const done = () => Promise.resolve();
  const queue = new SerialQueue();
  const stop = new AbortController();
  const keys = new SessionKeys({
    clock,
    now: () => now,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    queue,
    leader: new LeaderWrites(membership, { claim: done, release: done, readToEnd: done }),
    write: (key) => {
      if (failing) return Promise.reject(new Error('Kafka is away'));
      written.push(key);
      current = key;
      return Promise.resolve();
    },
    current: () => current,
    algorithm: 'HmacSHA256',
    bits: undefined,
    ttlMs,
    signal: stop.signal,
  });
  const settled = async (): Promise<void> => {
    await queue.passed();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    keys,
    written,
    stop,
    settled,
    due: () => (timer === undefined ? undefined : timer.at - now),
    fail: (yes: boolean) => void (failing = yes),
    lead: () => {
      const work = { connectors: [], tasks: [] };
      membership.joined({ memberId: 'a', generation: 1, isLeader: true, leaderUrl: 'http://a:1', work });
      keys.leading();
      return settled();
    },
    pass: (ms: number) => {
      now += ms;
      const ripe = timer !== undefined && timer.at <= now ? timer : undefined;
      if (ripe !== undefined) {
        timer = undefined;
        ripe.call();
      }
      return settled();
    },
  };
}

function stored(createdAt: number, algorithm = 'HmacSHA256'): SessionKey {
  return { key: Buffer.alloc(32), algorithm, createdAt };
}

describe('session keys', () => {
  it('are made by a leader that finds none, and replaced when their time is up', async () => {
    const { lead, pass, written, due } = bench();
    await lead();
    assert.equal(written.length, 1);
    assert.equal(written[0]?.key.length, 32);
    assert.equal(due(), ttlMs);
    await pass(ttlMs - 1);
    assert.equal(written.length, 1);
    await pass(1);
    assert.equal(written.length, 2);
    assert.notDeepEqual(written[0].key, written[1]?.key);
  });

  it('are taken over from the leader before while they are good', async () => {
    const good = bench(stored(9500));
    await good.lead();
    assert.deepEqual([good.written.length, good.due()], [0, 500]);
    const old = bench(stored(8000));
    await old.lead();
    assert.equal(old.written.length, 1);
    const foreign = bench(stored(9500, 'HmacSHA1'));
    await foreign.lead();
    assert.equal(foreign.written.length, 1);
    // A clock that was ahead must not keep a key alive for longer than its time.
    const future = bench(stored(99_000));
    await future.lead();
    assert.deepEqual([future.written.length, future.due()], [0, ttlMs]);
  });

  it('are tried again with growing pauses when they cannot be written', async () => {
    const { lead, pass, fail, written, due } = bench();
    fail(true);
    await lead();
    assert.equal(due(), 1000);
    await pass(1000);
    assert.equal(due(), 2000);
    fail(false);
    await pass(2000);
    assert.deepEqual([written.length, due()], [1, ttlMs]);
  });

  it('are left alone by a worker that follows or ends', async () => {
    const { keys, lead, pass, written, due, stop } = bench();
    await lead();
    keys.following();
    assert.equal(due(), undefined);
    keys.schedule();
    await pass(10 * ttlMs);
    assert.equal(written.length, 1);
    stop.abort();
    keys.leading();
    await pass(0);
    assert.equal(written.length, 1);
  });
});
