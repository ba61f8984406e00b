import { setInterval } from 'node:timers';
import type { SourceConnector, TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { traceText } from '../../errors/trace-text.ts';
import { connectorLogger } from '../connector-logger.ts';
import { LogLevels } from '../log-levels.ts';
import { PluginRegistry } from '../plugins.ts';
import { ConfigResolver } from '../providers/config-resolver.ts';
import { openProviders } from '../providers/provider-settings.ts';
import { SecretValues } from '../providers/secret-values.ts';
import { passwordNames } from '../herder/secret-settings.ts';
import type { OnOffset } from '../../config-topics/offset-store.ts';
import type { OffsetCopy } from './copied-offsets.ts';
import { Lease } from './lease.ts';
import { toHost, type FromHost, type TaskOrder, type ToHost } from './messages.ts';
import { redactMessage } from './redacted-message.ts';
import { resolvedOrder } from './resolved-order.ts';
import { TaskRunner } from './task-runner.ts';

/** A task as this host knows it: running, or paused with its order kept. */
interface HostedTask {
  readonly order: TaskOrder;
  runner: TaskRunner | undefined;
  /** What to do when the runner has ended. */
  then: 'forget' | 'stay-paused' | 'run';
  /** Counts the runs, so that one whose plug-in loads slowly knows that a later one has taken its place. */
  run: number;
}

/** How often the tasks' figures go to the worker. */
const PROGRESS_MS = 1000;
/** How often a lease that is running out is looked at. */
const LEASE_CHECK_MS = 200;

/**
 * A child process that does everything for its tasks. It never outlives its worker: when the channel closes, or when
 * tasks run without a lease, it stops writing at once and ends.
 */
export class TaskHost {
  readonly #lease = new Lease();
  /** What must not leave this process in a log line or a trace. */
  readonly #secretValues = new SecretValues();
  readonly #levels = new LogLevels('INFO');
  readonly #tasks = new Map<string, HostedTask>();
  readonly #offsetRequests = new Map<number, PromiseWithResolvers<string | null>>();
  /** By the number of the request that began them. */
  readonly #watches = new Map<number, { readonly id: string; readonly onOffset: OnOffset }>();
  #nextRequest = 1;
  #leaseSeen = false;

  readonly #open: (directories: readonly string[]) => PluginRegistry;
  #plugins: PluginRegistry | undefined;

  /** `open`: for testing, other connectors than the built-in ones and those of `plugin.path`. */
  constructor(open = (directories: readonly string[]) => PluginRegistry.open(directories)) {
    this.#open = open;
  }

  listen(): void {
    process.on('message', (message) => this.#receive(toHost.parse(message)));
    process.on('disconnect', () => {
      this.#lease.revoke();
      process.exit(0);
    });
    // A worker's SIGINT or SIGTERM may reach the whole process group; the worker tells its hosts itself what to do.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => undefined);
    process.on('uncaughtException', (error) => this.#crash(error));
    process.on('unhandledRejection', (error) => this.#crash(error));
    setInterval(() => this.#reportProgress(), PROGRESS_MS);
    setInterval(() => this.#checkLease(), LEASE_CHECK_MS);
    // The worker may have gone while this process was loading; then there was nobody to hear 'disconnect'.
    if (!process.connected) process.exit(0);
    this.#send({ type: 'ready' });
  }

  #receive(message: ToHost): void {
    switch (message.type) {
      case 'lease':
        this.#lease.grant(message.sentAt, message.validMs);
        this.#leaseSeen = true;
        break;
      case 'log-levels':
        this.#levels.follow(message.levels);
        break;
      case 'preload':
        // Built-in ones alone; what cannot be loaded is reported by the task that needs it.
        for (const name of message.classes)
          this.#open([])
            .load(name)
            .catch(() => undefined);
        break;
      case 'start':
        this.#start(message.id, message.order);
        break;
      case 'proceed':
        if (this.#tasks.get(message.id)?.runner?.incarnation === message.incarnation)
          this.#tasks.get(message.id)?.runner?.proceed();
        break;
      case 'offset':
        this.#answerOffset(message);
        break;
      case 'offsets-changed':
        for (const [key, value] of message.changes) this.#watches.get(message.watch)?.onOffset(key, value);
        break;
      case 'copied':
        this.#answerOffset({ ...message, value: null });
        break;
      case 'signal':
        void this.#signal(message);
        break;
      case 'pause':
        this.#end(message.id, 'stay-paused', { graceMs: 30_000, quiet: false });
        break;
      case 'resume':
        this.#resume(message.id);
        break;
      case 'stop':
        this.#end(message.id, 'forget', message);
        break;
    }
  }

  #start(id: string, order: TaskOrder): void {
    if (this.#tasks.has(id)) throw new ConnectorError('INTERNAL', `task ${id} is already in this host`);
    const task: HostedTask = { order, runner: undefined, then: 'forget', run: 0 };
    this.#tasks.set(id, task);
    if (order.paused) {
      task.then = 'stay-paused';
      this.#send({ type: 'paused', id, incarnation: order.incarnation });
    } else this.#run(id, task);
  }

  #run(id: string, task: HostedTask): void {
    task.then = 'forget';
    task.run += 1;
    const { run } = task;
    const log = this.#logOf(task.order);
    // The path is the worker's, and with it the same in every order.
    const plugins = (this.#plugins ??= this.#open(task.order.pluginPath ?? []));
    plugins
      .load(task.order.connectorConfig['connector.class'] ?? '')
      .then(async (connector: SourceConnector) => {
        // Stopped or paused while the plug-in was loading: it never began.
        if (this.#tasks.get(id) !== task || task.run !== run || task.then === 'stay-paused') return;
        const runner = new TaskRunner({
          id,
          order: this.#resolved(task.order, connector),
          lease: this.#lease,
          log,
          connector,
          plugins: plugins.path,
          links: {
            send: (message) => this.#sendOfTask(id, task, message),
            readOffset: (key, signal) => this.#readOffset(id, key, signal),
            watchOffsets: (prefix, onOffset, signal) => this.#watchOffsets({ id, task, prefix }, onOffset, signal),
            copyOffsets: (records) => this.#copyOffsets(id, records),
          },
        });
        task.runner = runner;
        await runner.run();
        task.runner = undefined;
        for (const [request, watch] of this.#watches) if (watch.id === id) this.#watches.delete(request);
        this.#ended(id, task);
      })
      .catch((error: unknown) => {
        const failure = ConnectorError.from(error, 'INTERNAL', `loading the plug-in of ${id}`);
        this.#tasks.delete(id);
        this.#send({
          type: 'failed',
          id,
          incarnation: task.order.incarnation,
          failure: {
            code: failure.code,
            message: failure.message,
            trace: traceText(failure),
            fencing: false,
            retry: failure.retry,
          },
        });
      });
  }

  #resolved(order: TaskOrder, connector: SourceConnector): TaskOrder {
    return resolvedOrder(order, {
      resolver: new ConfigResolver(openProviders(order.providers, order.environment)),
      secretValues: this.#secretValues,
      secretNames: passwordNames(connector.settings),
    });
  }

  /** A runner that ended in order to pause reports `paused` in place of `stopped`. */
  #sendOfTask(id: string, task: HostedTask, message: FromHost): void {
    if (message.type === 'stopped' && task.then !== 'forget')
      this.#send({ type: 'paused', id, incarnation: task.order.incarnation });
    else this.#send(message);
  }

  #ended(id: string, task: HostedTask): void {
    if (task.then === 'forget') this.#tasks.delete(id);
    else if (task.then === 'run') this.#run(id, task);
  }

  #end(id: string, then: 'forget' | 'stay-paused', ending: { graceMs: number; quiet: boolean }): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    task.then = then;
    if (task.runner !== undefined) {
      task.runner.stop(ending);
      return;
    }
    const { incarnation } = task.order;
    if (then === 'forget') this.#tasks.delete(id);
    this.#send(then === 'forget' ? { type: 'stopped', id, incarnation } : { type: 'paused', id, incarnation });
  }

  #resume(id: string): void {
    const task = this.#tasks.get(id);
    if (task === undefined || task.then === 'forget') return;
    if (task.runner === undefined) this.#run(id, task);
    else task.then = 'run';
  }

  #readOffset(id: string, key: string, signal: AbortSignal): Promise<string | null> {
    return this.#ask((request) => ({ type: 'read-offset', id, request, key }), signal);
  }

  async #watchOffsets(
    { id, task, prefix }: { readonly id: string; readonly task: HostedTask; readonly prefix: string },
    onOffset: OnOffset,
    signal: AbortSignal,
  ): Promise<void> {
    const { incarnation, connector } = task.order;
    await this.#ask((request) => {
      this.#watches.set(request, { id, onOffset });
      return { type: 'watch-offsets', id, incarnation, request, connector, prefix };
    }, signal);
  }

  /** Sends a request and settles with its answer; rejects when the task is stopped first. */
  async #ask(message: (request: number) => FromHost, signal: AbortSignal): Promise<string | null> {
    const request = this.#nextRequest;
    this.#nextRequest += 1;
    const answer = Promise.withResolvers<string | null>();
    const onAbort = (): void =>
      answer.reject(new ConnectorError('TASK_STOPPED', 'the task was stopped while it read its offset'));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#offsetRequests.set(request, answer);
    try {
      this.#send(message(request));
      return await answer.promise;
    } finally {
      this.#offsetRequests.delete(request);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #copyOffsets(id: string, records: readonly OffsetCopy[]): Promise<void> {
    const request = this.#nextRequest;
    this.#nextRequest += 1;
    const answer = Promise.withResolvers<string | null>();
    this.#offsetRequests.set(request, answer);
    try {
      this.#send({ type: 'copy-offsets', id, request, records: [...records] });
      await answer.promise;
    } finally {
      this.#offsetRequests.delete(request);
    }
  }

  async #signal({ id, request, signal }: Extract<ToHost, { type: 'signal' }>): Promise<void> {
    try {
      const runner = this.#tasks.get(id)?.runner;
      if (runner === undefined) throw new ConnectorError('SIGNAL_UNTIMELY', `task ${id} does not run`);
      await runner.signal(signal);
      this.#send({ type: 'signalled', id, request });
    } catch (error) {
      const { code, message } = ConnectorError.from(error, 'INTERNAL', 'taking a signal');
      this.#send({ type: 'signalled', id, request, refusal: { code, message } });
    }
  }

  #answerOffset(message: {
    readonly request: number;
    readonly value: string | null;
    readonly error?: string | undefined;
  }): void {
    const waiting = this.#offsetRequests.get(message.request);
    if (message.error === undefined) waiting?.resolve(message.value);
    else waiting?.reject(new ConnectorError('INTERNAL', `stored offsets: ${message.error}`));
  }

  #reportProgress(): void {
    const tasks = [...this.#tasks].flatMap(([id, { order, runner }]) => {
      const progress = runner?.progress;
      return progress === undefined ? [] : [{ id, incarnation: order.incarnation, progress }];
    });
    if (tasks.length > 0) this.#send({ type: 'progress', rssBytes: process.memoryUsage.rss(), tasks });
    for (const { runner } of this.#tasks.values()) runner?.reportTopics();
  }

  /** Without a lease the tasks end: another worker may own them by now. */
  #checkLease(): void {
    if (!this.#leaseSeen || this.#lease.valid()) return;
    for (const { runner } of this.#tasks.values()) runner?.loseLease();
  }

  #logOf(order: TaskOrder): TaskLog {
    const logger = connectorLogger(order.connectorConfig['connector.class'] ?? '');
    const at =
      (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Readonly<Record<string, unknown>>, message: string) => {
        // Looked at here too: most lines of the level debug are never asked for, and each would be a message.
        if (!this.#levels.enabled(logger, level)) return;
        this.#send({
          type: 'log',
          logger,
          level,
          fields: { connector: order.connector, task: order.task, ...fields },
          message,
        });
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  #crash(error: unknown): void {
    this.#lease.revoke();
    process.stderr.write(`task host failed: ${this.#secretValues.redact(traceText(error))}\n`);
    process.exit(1);
  }

  #send(message: FromHost): void {
    // The channel may close between two messages; then 'disconnect' ends this process.
    if (process.connected)
      process.send?.(redactMessage(message, this.#secretValues), undefined, undefined, () => undefined);
  }
}
