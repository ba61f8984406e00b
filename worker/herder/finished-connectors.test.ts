import assert from 'node:assert/strict';
import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { FinishedConnectors } from './finished-connectors.ts';

function state(change: Partial<ConnectorConfigState> = {}): ConnectorConfigState {
  return {
    config: { a: '1' },
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

class Bench {
  connector: ConnectorConfigState | undefined = state();
  readonly asked: string[] = [];
  /** How the next requests to the leader end. */
  failures = 0;
  timers: (() => void)[] = [];
  readonly connectors = new FinishedConnectors({
    clock: {
      now: () => 0,
      after: (_ms, call) => {
        this.timers.push(call);
        return () => undefined;
      },
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    view: (): ConfigSnapshot => ({
      offset: 0n,
      connectors: new Map(this.connector === undefined ? [] : [['x', this.connector]]),
      sessionKey: undefined,
      marker: undefined,
    }),
    finish: (name, detail) => {
      this.asked.push(`${name}: ${detail}`);
      this.failures -= 1;
      return this.failures >= 0 ? Promise.reject(new Error('no leader')) : Promise.resolve();
    },
    signal: new AbortController().signal,
  });

  /** Lets what was asked come to its end, and the waits after it. */
  async pass(): Promise<void> {
    await new Promise(setImmediate);
    for (const call of this.timers.splice(0)) call();
    await new Promise(setImmediate);
  }
}

describe('a connector that has nothing more to do', () => {
  it('is stopped once, however many of its tasks say so, and asked for again until it is', async () => {
    const bench = new Bench();
    bench.failures = 1;
    bench.connectors.stop('x', 'all is read');
    bench.connectors.stop('x', 'all is read');
    await bench.pass();
    assert.deepEqual(bench.asked, ['x: all is read', 'x: all is read']);
    await bench.pass();
    assert.equal(bench.asked.length, 2);
  });

  it('is left alone once it is stopped, gone or has another configuration', async () => {
    for (const now of [state({ targetState: 'STOPPED' }), undefined, state({ config: { a: '2' } })]) {
      const bench = new Bench();
      bench.failures = 1;
      bench.connectors.stop('x', 'all is read');
      bench.connector = now;
      await bench.pass();
      assert.equal(bench.asked.length, 1);
    }
  });
});
