import assert from 'node:assert/strict';
import { herderDouble } from '../test/worker/herder-double.ts';
import { rawRequest } from '../test/worker/rest-fixture.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { fatalText } from './fatal-text.ts';
import type { HerderPort } from './herder/herder-port.ts';
import { Log } from './log.ts';
import { runWorker, type RunnableWorker, type WorkerOptions } from './run-worker.ts';
import { loadWorkerConfig } from './worker-config.ts';

const env = {
  CONNECT_BOOTSTRAP_SERVERS: 'localhost:1',
  CONNECT_GROUP_ID: 'g',
  CONNECT_CONFIG_STORAGE_TOPIC: 'c',
  CONNECT_OFFSET_STORAGE_TOPIC: 'o',
  CONNECT_STATUS_STORAGE_TOPIC: 's',
  CONNECT_KEY_CONVERTER: 'K',
  CONNECT_VALUE_CONVERTER: 'V',
  CONNECT_LISTENERS: 'http://127.0.0.1:0',
  CONNECT_TASK_SHUTDOWN_GRACEFUL_TIMEOUT_MS: '100',
};

/** A run of a worker that the test plays. */
function run(worker: (options: WorkerOptions) => Partial<RunnableWorker>) {
  const stop = new AbortController();
  const loaded = Promise.withResolvers<WorkerOptions>();
  const lines: string[] = [];
  const result = runWorker({
    config: loadWorkerConfig(undefined, env),
    log: Log.to('info', { write: (line) => void lines.push(line) }),
    stop: stop.signal,
    load: (options) => {
      loaded.resolve(options);
      return Promise.resolve({
        start: () => Promise.resolve(herderDouble().herder),
        stop: () => Promise.resolve(),
        ...worker(options),
      });
    },
  });
  return { stop, loaded: loaded.promise, result, lines };
}

async function health(options: WorkerOptions): Promise<number> {
  return (await rawRequest(options.config.advertised.url, 'GET', '/health')).status;
}

describe('running a worker', () => {
  it('answers probes before the worker has started, and says when it has', async () => {
    const started = Promise.withResolvers<HerderPort>();
    const { loaded, stop, result } = run(() => ({ start: () => started.promise }));
    const options = await loaded;
    assert.match(options.config.advertised.workerId, /^127\.0\.0\.1:[1-9]\d*$/);
    assert.equal(await health(options), 503);
    started.resolve(herderDouble().herder);
    while ((await health(options)) !== 200) await new Promise((resolve) => setImmediate(resolve));
    stop.abort('SIGTERM');
    assert.equal(await result, true);
    await assert.rejects(health(options), /ECONNREFUSED/);
  });

  it('can be stopped while it starts, though the start does not heed its signal', async () => {
    const stopped: number[] = [];
    const { loaded, stop, result } = run(() => ({
      start: () => new Promise(() => undefined),
      stop: (graceMs) => Promise.resolve(void stopped.push(graceMs)),
    }));
    await loaded;
    stop.abort('SIGINT');
    assert.equal(await result, true);
    assert.deepEqual(stopped, [100]);
  });

  it('closes everything and passes on why it could not start or go on', async () => {
    for (const fail of ['start', 'later'] as const) {
      const failure = new ConnectorError('INTERNAL', 'no group');
      let stops = 0;
      const { loaded, result } = run((options) => ({
        start: () => {
          if (fail === 'start') return Promise.reject(failure);
          setImmediate(() => options.onFatal(failure));
          return Promise.resolve(herderDouble().herder);
        },
        stop: () => Promise.resolve(void (stops += 1)),
      }));
      await assert.rejects(result, failure);
      assert.equal(stops, 1);
      await assert.rejects(health(await loaded), /ECONNREFUSED/);
    }
  });

  it('says the reason and what to do, and the stack only when asked for', () => {
    const error = new ConnectorError('CONFIG_INVALID', 'listeners is wrong, password=pw');
    const text = fatalText(error, false);
    assert.match(text, /^millrace: listeners is wrong, password=\[hidden\]\nCONFIG_INVALID: Correct the setting/);
    assert.doesNotMatch(text, /\n\s+at /);
    assert.match(fatalText(error, true), /\n\s+at /);
  });
});
