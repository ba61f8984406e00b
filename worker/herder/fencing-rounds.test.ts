import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { FencingRounds, type FencingRoundsParts } from './fencing-rounds.ts';
import { LeaderWrites } from './leader-writes.ts';
import { Membership } from './membership.ts';
import { NotLeader, RestError } from './rest-error.ts';
import { SerialQueue } from './serial-queue.ts';

const config = { 'connector.class': 'x' };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function published(tasks: readonly Record<string, string>[], generation: bigint): ConnectorConfigState {
  return {
    config,
    targetState: 'STARTED',
    tasks,
    inconsistent: false,
    appliedConfig: config,
    taskGeneration: generation,
    taskCountRecord: 2,
    pendingFencing: true,
    fencedTasks: { tasks: [{ t: '0' }, { t: '1' }], config },
  };
}

/** Rounds of a leader whose surroundings write down what they are asked for. */
function bench(parts: Partial<FencingRoundsParts> = {}) {
  const calls: string[] = [];
  const timers: (() => void)[] = [];
  const connectors = new Map<string, ConnectorConfigState>();
  const clock = {
    now: () => 0,
    after: (ms: number, call: () => void) => {
      calls.push(`wait ${ms}`);
      timers.push(call);
      return () => void timers.splice(timers.indexOf(call), 1);
    },
  };
  const membership = new Membership(clock, 1000);
  const session = { memberId: 'm', generation: 1, leaderUrl: 'http://leader', work: { connectors: [], tasks: [] } };
  membership.joined({ ...session, isLeader: true });
  const done = () => Promise.resolve();
  const rounds = new FencingRounds({
    clock,
    log: silent,
    queue: new SerialQueue(),
    leader: new LeaderWrites(membership, { claim: done, release: done, readToEnd: done }),
    writer: {
      putTaskCountRecord: (name, count) => {
        calls.push(`record ${name} ${count}`);
        const state = connectors.get(name);
        if (state !== undefined) connectors.set(name, { ...state, pendingFencing: false, taskCountRecord: count });
        return Promise.resolve();
      },
    },
    view: () => ({ offset: 1n, connectors, sessionKey: undefined, marker: undefined }),
    readConfigToEnd: done,
    isSource: (connector) => connector.config['connector.class'] === 'x',
    transactional: true,
    fence: (name, _state, tasks) => {
      calls.push(`fence ${name} ${tasks.join()}`);
      return Promise.resolve();
    },
    failTasks: (name, tasks) => void calls.push(`fail ${name} ${tasks.join()}`),
    signal: new AbortController().signal,
    ...parts,
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const follow = () => membership.joined({ ...session, isLeader: false });
  return { rounds, calls, connectors, timers, settle, follow };
}

describe('fencing rounds', () => {
  it('fence the producers of removed and changed tasks, and record the new count after that', async () => {
    const { rounds, calls, connectors, settle } = bench();
    connectors.set('c', published([{ t: '0' }, { t: 'new' }, { t: '2' }], 5n));
    rounds.startPending();
    await settle();
    assert.deepEqual(calls, ['fence c 1', 'record c 3']);
  });

  it('record without fencing where one task follows one task', async () => {
    const { rounds, calls, connectors, settle } = bench();
    connectors.set('c', { ...published([{ t: 'new' }], 5n), taskCountRecord: 1 });
    rounds.startPending();
    await settle();
    assert.deepEqual(calls, ['record c 1']);
  });

  it('leave a stopped connector alone, and everything where exactly-once is off', async () => {
    const stopped = bench();
    stopped.connectors.set('c', published([], 5n));
    stopped.rounds.startPending();
    const off = bench({ transactional: false });
    off.connectors.set('c', published([{ t: 'new' }], 5n));
    off.rounds.startPending();
    await stopped.settle();
    assert.deepEqual([...stopped.calls, ...off.calls], []);
  });

  it('serve all requests for a connector with one round, and none once it is over', async () => {
    const { rounds, calls, connectors } = bench();
    connectors.set('c', published([{ t: 'new' }], 5n));
    rounds.startPending();
    await Promise.all([rounds.require('c'), rounds.require('c')]);
    await rounds.require('c');
    assert.deepEqual(calls, ['fence c 0,1', 'record c 1']);
  });

  it('answer as Connect does for what is unknown, for what is no source, and for who does not lead', async () => {
    const { rounds, connectors, follow } = bench();
    connectors.set('sink', { ...published([], 1n), config: { 'connector.class': 'a.Sink' } });
    await assert.rejects(rounds.require('none'), { status: 404, message: 'Connector none not found' });
    await assert.rejects(rounds.require('sink'), { status: 400, message: 'Connector sink is not a source connector' });
    follow();
    await assert.rejects(rounds.require('none'), NotLeader);
  });

  it('do not hold up other requests while Kafka fences, and begin again when a newer set came meanwhile', async () => {
    const gate = Promise.withResolvers<undefined>();
    const queue = new SerialQueue();
    const fenced: string[] = [];
    const { rounds, calls, connectors, settle } = bench({
      queue,
      fence: async (_name, state, tasks) => {
        fenced.push(`${String(state.taskGeneration)}: ${tasks.join()}`);
        if (state.taskGeneration === 5n) await gate.promise;
      },
    });
    connectors.set('c', published([{ t: 'new' }, { t: '1' }], 5n));
    const asked = assert.rejects(rounds.require('c'), {
      status: 409,
      message: 'Fencing failed because new task configurations were generated for the connector',
    });
    await settle();
    await queue.run('something else', () => connectors.set('c', published([{ t: '0' }, { t: 'new' }], 7n)));
    gate.resolve(undefined);
    await asked;
    await settle();
    assert.deepEqual(fenced, ['5: 0', '7: 1']);
    assert.deepEqual(calls, ['record c 2']);
  });

  it('say in the statuses of the tasks that wait, and of no other, why they cannot start; and try again by themselves', async () => {
    let refused = true;
    const { rounds, calls, connectors, timers, settle } = bench({
      fence: () => (refused ? Promise.reject(new Error('no right to this transactional id')) : Promise.resolve()),
    });
    connectors.set('c', published([{ t: '0' }, { t: 'new' }], 5n));
    await assert.rejects(rounds.require('c'), (error) => {
      assert.ok(error instanceof RestError);
      assert.equal(error.status, 500);
      assert.match(String(error.cause), /no right/);
      return true;
    });
    rounds.startPending();
    await settle();
    assert.deepEqual(calls, ['fail c 1', 'wait 1000']);
    refused = false;
    timers[0]?.();
    await settle();
    assert.deepEqual(calls, ['fail c 1', 'wait 1000', 'record c 2']);
  });
});
