import type { HerderPort } from './herder/herder-port.ts';
import type { Log } from './log.ts';
import { WorkerMetrics } from './metrics/worker-metrics.ts';
import { timedOut, within } from './rest/deadline.ts';
import { HerderAccess } from './rest/herder-access.ts';
import { RestServer, type RestServerOptions } from './rest/rest-server.ts';
import { withListeningPorts, type WorkerConfig } from './worker-config.ts';

/** What running a worker asks of it. */
export interface RunnableWorker {
  /** Joins the group; resolves when requests can be taken. Rejects with the signal's reason when it is aborted. */
  start(signal: AbortSignal): Promise<HerderPort>;
  /** Hands tasks over within the given time, leaves the group and closes everything. */
  stop(graceMs: number): Promise<void>;
}

export interface WorkerOptions {
  readonly config: WorkerConfig;
  readonly log: Log;
  /** Called at most once, when the worker cannot go on by itself after it has started; the process then stops. */
  readonly onFatal: (error: unknown) => void;
}

export interface RunOptions {
  readonly config: WorkerConfig;
  readonly log: Log;
  /** Loads the worker late: its Kafka client takes longer to load than the REST port to open. */
  readonly load: (options: WorkerOptions) => Promise<RunnableWorker>;
  /** Aborted when the worker is to stop. */
  readonly stop: AbortSignal;
}

/** Beyond the tasks' own time: leaving the group, closing connections and ports. */
const closingMs = 5000;
/** What requests under way have to themselves before the worker leaves its group. */
const answeringMs = 500;

function startLines(config: WorkerConfig, log: Log): void {
  log.info(
    {
      group: config.values.groupId,
      worker: config.advertised.workerId,
      brokers: config.values.bootstrapServers,
      exactlyOnce: config.values.exactlyOnceSourceSupport,
    },
    'worker starting',
  );
  for (const { setting, origin, message } of config.warnings) log.warn({ setting, origin }, message);
}

function restOptions({ config, log }: RunOptions, access: HerderAccess): RestServerOptions {
  const { values, rest } = config;
  return {
    ...rest,
    access,
    log: log.named('millrace.rest'),
    redact: (text) => config.secretValues.redact(text),
    levels: log.levels,
    signing: { algorithm: values.signatureAlgorithm, accepted: values.verificationAlgorithms },
    crossOrigin: { origins: values.accessControlAllowOrigin, methods: values.accessControlAllowMethods },
    jsonErrorsAsConnect: values.restJsonErrors === 'connect',
  };
}

/** Settles when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}

/** Starts the worker and waits until it is told to stop, which may be while it starts. */
async function serve(worker: RunnableWorker, access: HerderAccess, { log, stop }: RunOptions): Promise<void> {
  const started = performance.now();
  try {
    // A start that does not heed its signal at once must not hold up the stop.
    const herder = await Promise.race([worker.start(stop), aborted(stop)]);
    if (herder === undefined) return;
    access.open(herder);
  } catch (error) {
    if (stop.aborted) return;
    throw error;
  }
  log.info({ ms: Math.round(performance.now() - started) }, 'worker ready');
  await aborted(stop);
}

/**
 * Runs a worker with its REST API until it is told to stop or fails. The port opens before the worker is loaded, so that
 * probes are answered from the first moment. Resolves with whether everything was closed in time; rejects with why it
 * could not start or go on.
 */
export async function runWorker(options: RunOptions): Promise<boolean> {
  const { log, load, stop } = options;
  const graceMs = options.config.values.taskShutdownGracefulTimeoutMs;
  const access = new HerderAccess();
  const metrics = new WorkerMetrics(() => access.current?.measures());
  const rest = await RestServer.open(options.config.listeners, { ...restOptions(options, access), metrics }).catch(
    (error: unknown) => {
      metrics.close();
      throw error;
    },
  );
  let worker: RunnableWorker | undefined;
  const close = async (): Promise<boolean> => {
    // Requests first, as in Connect; but a slow one must not hold up the others' take-over of the tasks.
    const answered = rest.close(graceMs);
    const closing = within(answered, answeringMs)
      .then(() => Promise.all([answered, worker?.stop(graceMs)]))
      .finally(() => metrics.close());
    return (await within(closing, graceMs + closingMs)) !== timedOut;
  };
  try {
    const config = withListeningPorts(options.config, rest.ports);
    startLines(config, log);
    const failed = Promise.withResolvers<never>();
    worker = await load({ config, log, onFatal: failed.reject });
    await Promise.race([serve(worker, access, options), failed.promise]);
  } catch (error) {
    await close().catch((second: unknown) => log.warn({ err: second }, 'closing after a failure failed too'));
    throw error;
  }
  log.info({ graceMs, reason: String(stop.reason) }, 'worker stopping');
  const inTime = await close();
  if (inTime) log.info({}, 'worker stopped');
  else log.error({ graceMs }, 'worker not stopped in time; the rest is cut off');
  return inTime;
}
