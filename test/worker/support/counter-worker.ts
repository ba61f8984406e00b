import { fatalFields } from '../../../worker/fatal-text.ts';
import { Log } from '../../../worker/log.ts';
import { runWorker } from '../../../worker/run-worker.ts';
import { loadWorkerConfig } from '../../../worker/worker-config.ts';
import { Worker } from '../../../worker/worker.ts';
import { counterPlugins } from './counter-connector.ts';

/**
 * A worker process of the tests: settings from the environment, the counter as its only connector. Tells its parent the URL
 * that it is reached by; SIGTERM stops it.
 */
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort('SIGTERM'));
process.on('disconnect', () => process.exit(1));
const config = loadWorkerConfig(undefined, process.env);
const log = Log.to('info', undefined, config.secretValues);
try {
  const inTime = await runWorker({
    config,
    log,
    stop: stop.signal,
    load: (options) => {
      process.send?.({ url: options.config.advertised.url, workerId: options.config.advertised.workerId });
      const seams = { plugins: counterPlugins(), hostModule: new URL('./counter-host.ts', import.meta.url) };
      return Promise.resolve(new Worker(options, seams));
    },
  });
  log.flush();
  process.exit(inTime ? 0 : 1);
} catch (error) {
  log.error(fatalFields(error), 'worker failed');
  log.flush();
  process.exit(1);
}
