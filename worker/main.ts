#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { collectEarly } from '../connectors/early-collection.ts';
import { productVersion } from './version.ts';

/** 0: stopped as asked; 1: could not start, failed, or not stopped in time; 2: command line or configuration. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** First signal: a graceful stop. Second: the end, at once. */
function stopOnSignals(stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(128 + signalNumbers[signal]);
      stop.abort(signal);
    });
}

async function worker(file: string | undefined): Promise<number> {
  collectEarly();
  const { fatalFields, fatalText } = await import('./fatal-text.ts');
  const { loadWorkerConfig } = await import('./worker-config.ts');
  let config: ReturnType<typeof loadWorkerConfig>;
  try {
    config = loadWorkerConfig(file, process.env);
  } catch (error) {
    console.error(fatalText(error, false));
    return exitCodes.usage;
  }
  const { isStrayPluginError } = await import('./plugin-path/stray-plugin-error.ts');
  const { Log } = await import('./log.ts');
  const { runWorker } = await import('./run-worker.ts');
  const level = config.values.logLevel;
  const log = Log.to(level, undefined, config.secretValues);
  const fatal = (error: unknown): number => {
    log.error(fatalFields(error), 'worker failed');
    log.flush();
    console.error(config.secretValues.redact(fatalText(error, level === 'debug' || level === 'trace')));
    return exitCodes.failed;
  };
  // A fault nobody caught: the state of the process is unknown, so it ends; its task hosts end with it.
  process.on('uncaughtException', (error) => {
    if (!isStrayPluginError(error, config.values.pluginPath)) process.exit(fatal(error));
    log.error({ err: error }, 'worker: a plug-in left an error to nobody; only the plug-in can suffer from it');
  });
  const stop = new AbortController();
  stopOnSignals(stop);
  try {
    const inTime = await runWorker({
      config,
      log,
      stop: stop.signal,
      load: async (options) => new (await import('./worker.ts')).Worker(options),
    });
    log.flush();
    return inTime ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    return fatal(error);
  }
}

async function main(): Promise<number> {
  let code: number = exitCodes.ok;
  const program = new Command('millrace')
    .description('Carries row changes from PostgreSQL into Kafka; compatible with Kafka Connect.')
    .version(productVersion, '-V, --version')
    .exitOverride();
  program
    .command('worker')
    .description('run a worker until SIGTERM or SIGINT')
    .argument('[file]', 'settings in .properties syntax; environment variables CONNECT_… go over it')
    .action(async (file: string | undefined) => {
      code = await worker(file);
    });
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return code;
}

process.exit(await main());
