import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { Config } from './config-equality.ts';
import { ConnectorSlot, type ConnectorSlotPort } from './connector-slot.ts';

const config = { 'tasks.max': '1' };

function state(change: Partial<ConnectorConfigState> = {}): ConnectorConfigState {
  return {
    config,
    targetState: 'STARTED',
    tasks: [],
    inconsistent: false,
    appliedConfig: undefined,
    taskGeneration: undefined,
    taskCountRecord: undefined,
    pendingFencing: false,
    ...change,
  };
}

/** A slot whose surroundings write down what they are asked for. */
function bench(options: { taskConfigs?: () => Config[]; publish?: () => Promise<void> } = {}) {
  const calls: string[] = [];
  const timers: (() => void)[] = [];
  const port: ConnectorSlotPort = {
    clock: {
      now: () => 0,
      after: (ms, call) => {
        calls.push(`wait ${ms}`);
        timers.push(call);
        return () => void timers.splice(timers.indexOf(call), 1);
      },
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    taskConfigs: () => Promise.resolve().then(options.taskConfigs ?? (() => [{ t: '0' }])),
    publish: (_name, tasks) => {
      calls.push(`publish ${tasks.length}`);
      return options.publish?.() ?? Promise.resolve();
    },
    status: (_name, word) => void calls.push(word),
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { slot: new ConnectorSlot('x', port), calls, timers, settle };
}

describe('a connector on its worker', () => {
  it('publishes the tasks that it makes of its configuration', async () => {
    const { slot, calls, settle } = bench();
    slot.want(state());
    await settle();
    assert.deepEqual(calls, ['RUNNING', 'publish 1']);
  });

  it('publishes again what is inconsistent in the config topic, and what nobody knows the origin of', async () => {
    for (const change of [{ inconsistent: true }, { tasks: [{ t: '0' }], appliedConfig: undefined }]) {
      const { slot, calls, settle } = bench();
      slot.want(state(change));
      await settle();
      assert.deepEqual(calls, ['RUNNING', 'publish 1']);
    }
  });

  it('publishes nothing when the published tasks are those', async () => {
    const { slot, calls, settle } = bench();
    slot.want(state({ tasks: [{ t: '0' }], appliedConfig: config }));
    await settle();
    assert.deepEqual(calls, ['RUNNING']);
  });

  it('publishes again when only the connector configuration has changed, since tasks read their converters from it', async () => {
    const { slot, calls, settle } = bench();
    slot.want(state({ tasks: [{ t: '0' }], appliedConfig: { 'tasks.max': '1', 'key.converter': 'x' } }));
    await settle();
    assert.deepEqual(calls, ['RUNNING', 'publish 1']);
  });

  it('makes no tasks while it is paused, and makes them when it is resumed', async () => {
    const { slot, calls, settle } = bench();
    slot.want(state({ targetState: 'PAUSED' }));
    await settle();
    assert.deepEqual(calls, ['PAUSED']);
    slot.want(state());
    await settle();
    assert.deepEqual(calls, ['PAUSED', 'RUNNING', 'publish 1']);
  });

  it('tries to publish again with growing waits', async () => {
    const { slot, calls, timers, settle } = bench({ publish: () => Promise.reject(new Error('no leader')) });
    slot.want(state());
    await settle();
    timers.shift()?.();
    await settle();
    assert.deepEqual(calls, ['RUNNING', 'publish 1', 'wait 250', 'publish 1', 'wait 500']);
  });

  it('makes good a set of tasks that was taken away, but not when a stop follows', async () => {
    const { slot, calls, timers, settle } = bench();
    const published = { tasks: [{ t: '0' }], appliedConfig: config };
    slot.want(state(published));
    await settle();
    slot.want(state({ tasks: [] }));
    assert.deepEqual(calls, ['RUNNING', 'wait 250']);
    timers.shift()?.();
    assert.deepEqual(calls, ['RUNNING', 'wait 250', 'publish 1']);
    await settle();
    slot.want(state({ tasks: [] }));
    slot.want(state({ tasks: [], targetState: 'STOPPED' }));
    await settle();
    assert.deepEqual(calls.slice(3), ['wait 250', 'STOPPED']);
    assert.equal(timers.length, 0);
  });

  it('stops trying once it is stopped', async () => {
    const { slot, calls, timers, settle } = bench({ publish: () => Promise.reject(new Error('no leader')) });
    slot.want(state());
    await settle();
    slot.want(state({ targetState: 'STOPPED' }));
    await settle();
    assert.equal(timers.length, 0);
    assert.equal(calls.at(-1), 'STOPPED');
  });

  it('is FAILED when its tasks cannot be made, and says so to who restarts it', async () => {
    const fail = (): never => {
      throw new Error('too many tasks');
    };
    const { slot, calls, settle } = bench({ taskConfigs: fail });
    slot.want(state());
    await settle();
    assert.deepEqual(calls, ['FAILED']);
    await assert.rejects(slot.restart(), /too many tasks/);
  });
});
