import type { TaskLog } from '../../connectors/source-connector.ts';
import type { TaskSignal } from '../../connectors/task-signal.ts';
import { abortable } from '../../kafka/abortable.ts';
import type { LogLevels } from '../log-levels.ts';
import type { FromHost, OffsetChange, TaskFailure, TaskOrder, TaskProgress } from '../task-host/messages.ts';
import { hostFailure, type HostEnd } from './host-end.ts';
import { HostProcess } from './host-process.ts';
import { placeTask, wantsHostAlone } from './placement.ts';

/** What tasks report. A failure says whether the task itself can have caused it: the others of a crashed host cannot. */
export type TaskEvent =
  | Exclude<FromHost, { type: 'ready' | 'log' | 'failed' | 'progress' }>
  | {
      readonly type: 'progress';
      readonly id: string;
      readonly incarnation: string;
      readonly progress: TaskProgress;
    }
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly incarnation: string;
      readonly failure: TaskFailure;
      readonly innocent: boolean;
    };

export interface TaskHostsOptions {
  /** Most hosts with tasks; beyond it tasks share. */
  readonly max: number;
  /** Idle hosts kept started after `keepWarm`: 0 or 1. */
  readonly spare: number;
  readonly heapMaxMb: number | undefined;
  readonly log: TaskLog;
  /** Levels of all loggers, which the hosts follow, and the log of each; the lines of tasks go to `log` without. */
  readonly loggers?: { readonly levels: LogLevels; readonly named: (logger: string) => TaskLog };
  readonly onEvent: (event: TaskEvent) => void;
  /** For testing: the module that a host runs. */
  readonly module?: URL;
}

/** One child process. */
export interface HostReport {
  readonly pid: number;
  readonly tasks: readonly string[];
  /** Null before its first report. */
  readonly rssBytes: number | null;
}

interface HostedTask {
  readonly incarnation: string;
  pendingBytes: number;
  killTimer: NodeJS.Timeout | undefined;
}

interface Host {
  readonly process: HostProcess;
  readonly tasks: Map<string, HostedTask>;
  taskCount: number;
  taken: boolean;
  /** Told to end, or killed: takes no more tasks. */
  ending: boolean;
  /** Resident memory as it last reported it; null before it ran anything. */
  rssBytes: number | null;
}

/** What a host may take beyond the graceful time before it counts as hung. */
const HUNG_MS = 2000;
/** Longer than a very busy machine takes to start a few hosts (seen: 10 s each); only a host that hangs takes longer. */
const WARM_LIMIT_MS = 60_000;
/** A share of the work comes with the round that follows a good start, long before this. */
const UNUSED_MS = 15_000;
/** A new spare would compete with the task that just took the old one. */
const SPARE_DELAY_MS = 2000;

function hostModule(): URL {
  // The compiler leaves this URL alone, so it must name the file as it is here: .ts from source, .js when built.
  return new URL(`../task-host/host-main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}

/** The child processes of this worker: every task is in at most one of them, and its end is reported exactly once. */
export class TaskHosts {
  readonly #options: TaskHostsOptions;
  readonly #hosts = new Set<Host>();
  /** Tasks that brought down a host they shared: they get one of their own. */
  readonly #alone = new Set<string>();
  readonly #closed = Promise.withResolvers<undefined>();
  #lease: { sentAt: number; validMs: number } | undefined;
  #warm = false;
  #classes: readonly string[] = [];
  #warming = false;
  #spareTimer: NodeJS.Timeout | undefined;
  #closing = false;
  readonly #endLevels: (() => void) | undefined;
  readonly #logs = new Map<string, TaskLog>();

  constructor(options: TaskHostsOptions) {
    this.#options = options;
    this.#endLevels = options.loggers?.levels.onChange(() => {
      for (const { process } of this.#hosts) this.#sendLevels(process);
    });
  }

  /** From now on a spare is kept started, with the code of these connectors, so that a task that comes here begins 0.4 s earlier. */
  keepWarm(connectorClasses: readonly string[] = []): void {
    this.#warm = true;
    this.#classes = connectorClasses;
    this.#startSpare();
  }

  /**
   * Settles when hosts for so many tasks have started, as far as there may be as many, or have had time enough to. One after the
   * other, since they take the processor from the tasks that run; those that nobody uses end after a while.
   */
  async warmed(tasks: number, signal: AbortSignal): Promise<void> {
    if (!this.#warm || this.#options.spare === 0) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(WARM_LIMIT_MS)]);
    this.#warming = true;
    const count = Math.min(Math.max(tasks, this.#options.spare), this.#options.max);
    for (let index = 0; index < count && !limit.aborted && !this.#closing; index += 1) {
      const host = this.#idle()[index] ?? this.#forkSpare();
      await abortable(host.process.ready, limit).catch(() => undefined); // late, or no longer wanted: then without it
    }
    this.#warming = false;
    this.#startSpareLater(UNUSED_MS);
  }

  start(id: string, order: TaskOrder): void {
    if (this.#hostOf(id) !== undefined) throw new TypeError(`task ${id} is already in a host`);
    const hosts = [...this.#hosts].filter((host) => !host.ending);
    const alone = this.#alone.has(id) || wantsHostAlone(order.connectorConfig);
    const place = placeTask(hosts, alone ? Infinity : this.#options.max);
    const host = place === 'new' ? this.#fork() : place;
    host.taken ||= alone;
    host.tasks.set(id, { incarnation: order.incarnation, pendingBytes: 0, killTimer: undefined });
    host.taskCount = host.tasks.size;
    host.process.send({ type: 'start', id, order });
    this.#startSpareLater();
  }

  proceed(id: string, incarnation: string): void {
    this.#hostOf(id)?.process.send({ type: 'proceed', id, incarnation });
  }

  pause(id: string): void {
    this.#hostOf(id)?.process.send({ type: 'pause', id });
  }

  resume(id: string): void {
    this.#hostOf(id)?.process.send({ type: 'resume', id });
  }

  /** Ends a task; `stopped` or `failed` follows. A host in which it does not come in time is killed with all its tasks. */
  stop(id: string, ending: { readonly graceMs: number; readonly quiet: boolean }): void {
    const host = this.#hostOf(id);
    const task = host?.tasks.get(id);
    if (host === undefined || task === undefined) return;
    host.process.send({ type: 'stop', id, ...ending });
    const allowedMs = (ending.quiet ? 0 : ending.graceMs) + HUNG_MS;
    clearTimeout(task.killTimer);
    task.killTimer = setTimeout(() => {
      this.#options.log.error(
        { task: id, taskHost: host.process.pid, allowedMs },
        'task host: task did not stop; killed',
      );
      host.ending = true;
      host.process.kill();
    }, allowedMs);
  }

  answerOffset(id: string, answer: { request: number; value: string | null; error?: string }): void {
    this.#hostOf(id)?.process.send({ type: 'offset', id, ...answer });
  }

  offsetsChanged(id: string, message: { watch: number; changes: readonly OffsetChange[] }): void {
    this.#hostOf(id)?.process.send({ type: 'offsets-changed', id, ...message });
  }

  answerCopy(id: string, answer: { request: number; error?: string }): void {
    this.#hostOf(id)?.process.send({ type: 'copied', id, ...answer });
  }

  /** False: the task is in no host. */
  signal(id: string, message: { readonly request: number; readonly signal: TaskSignal }): boolean {
    const host = this.#hostOf(id);
    host?.process.send({ type: 'signal', id, ...message });
    return host !== undefined;
  }

  /** Lets every host write until `sentAt + validMs` (monotonic milliseconds). */
  lease(sentAt: number, validMs: number): void {
    this.#lease = { sentAt, validMs };
    for (const { process } of this.#hosts) process.send({ type: 'lease', sentAt, validMs });
  }

  /** What runs where, and what it takes. */
  get report(): readonly HostReport[] {
    return [...this.#hosts].flatMap(({ process, tasks, rssBytes }) =>
      process.pid === undefined ? [] : [{ pid: process.pid, tasks: [...tasks.keys()], rssBytes }],
    );
  }

  /** Process ids, for people and tests. */
  get pids(): number[] {
    return [...this.#hosts].flatMap(({ process }) => process.pid ?? []);
  }

  /** The process that runs a task. */
  pidOf(id: string): number | undefined {
    return this.#hostOf(id)?.process.pid;
  }

  /** Ends every host, whatever it runs, and waits for it. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#endLevels?.();
    this.#warm = false;
    clearTimeout(this.#spareTimer);
    for (const host of this.#hosts) {
      host.ending = true;
      host.process.close();
    }
    if (this.#hosts.size > 0) await this.#closed.promise;
  }

  #hostOf(id: string): Host | undefined {
    for (const host of this.#hosts) if (host.tasks.has(id)) return host;
    return undefined;
  }

  #fork(): Host {
    const { log, heapMaxMb, module = hostModule() } = this.#options;
    const host: Host = {
      process: new HostProcess({
        module,
        heapMaxMb,
        log,
        logOf: (logger) => this.#logOf(logger),
        onMessage: (message) => this.#receive(host, message),
        onEnd: (end) => this.#ended(host, end),
      }),
      tasks: new Map(),
      taskCount: 0,
      taken: false,
      ending: false,
      rssBytes: null,
    };
    this.#hosts.add(host);
    this.#sendLevels(host.process);
    if (this.#lease !== undefined) host.process.send({ type: 'lease', ...this.#lease });
    return host;
  }

  #forkSpare(): Host {
    const host = this.#fork();
    if (this.#classes.length > 0) host.process.send({ type: 'preload', classes: [...this.#classes] });
    return host;
  }

  #sendLevels(process: HostProcess): void {
    const { loggers } = this.#options;
    if (loggers !== undefined) process.send({ type: 'log-levels', levels: loggers.levels.snapshot() });
  }

  #logOf(logger: string): TaskLog {
    const { log, loggers } = this.#options;
    const found = this.#logs.get(logger) ?? loggers?.named(logger) ?? log;
    this.#logs.set(logger, found);
    return found;
  }

  #receive(host: Host, message: Exclude<FromHost, { type: 'ready' | 'log' }>): void {
    if (message.type === 'progress') {
      this.#progressed(host, message);
      return;
    }
    if (!host.tasks.has(message.id)) return;
    if (message.type !== 'failed' && message.type !== 'stopped') {
      this.#options.onEvent(message);
      return;
    }
    // A task that stops as it was told leaves this worker, or comes back with another configuration.
    if (message.type === 'stopped') this.#alone.delete(message.id);
    this.#forget(host, message.id);
    if (host.tasks.size === 0) this.#retire(host);
    this.#options.onEvent(message.type === 'failed' ? { ...message, innocent: false } : message);
  }

  #progressed(host: Host, { rssBytes, tasks }: Extract<FromHost, { type: 'progress' }>): void {
    host.rssBytes = rssBytes;
    for (const report of tasks) {
      const task = host.tasks.get(report.id);
      if (task === undefined) continue;
      task.pendingBytes = report.progress.pendingBytes;
      this.#options.onEvent({ type: 'progress', ...report });
    }
  }

  #forget(host: Host, id: string): void {
    clearTimeout(host.tasks.get(id)?.killTimer);
    host.tasks.delete(id);
    host.taskCount = host.tasks.size;
  }

  /** An empty host becomes the spare when there is none. */
  #retire(host: Host): void {
    host.taken = false;
    this.#endSpares(this.#warm ? this.#options.spare : 0);
  }

  #ended(host: Host, end: HostEnd): void {
    this.#hosts.delete(host);
    const tasks = [...host.tasks];
    // One task is the likeliest to have filled the memory: the one with most bytes in flight.
    const [largest] = tasks.toSorted(([, left], [, right]) => right.pendingBytes - left.pendingBytes);
    for (const [id, { incarnation, killTimer }] of tasks) {
      clearTimeout(killTimer);
      const innocent = id !== largest?.[0];
      if (!innocent && tasks.length > 1) this.#alone.add(id);
      if (this.#closing) continue;
      this.#options.onEvent({ type: 'failed', id, incarnation, failure: hostFailure(end), innocent });
    }
    if (tasks.length > 0) this.#options.log.error({ taskHost: end.pid, tasks: tasks.length }, hostFailure(end).message);
    if (this.#closing && this.#hosts.size === 0) this.#closed.resolve(undefined);
    this.#startSpareLater();
  }

  #startSpareLater(delayMs = SPARE_DELAY_MS): void {
    if (this.#closing || !this.#warm) return;
    clearTimeout(this.#spareTimer);
    this.#spareTimer = setTimeout(() => this.#startSpare(), delayMs);
  }

  #startSpare(): void {
    if (!this.#warm || this.#closing || this.#warming) return;
    if (this.#idle().length < this.#options.spare) this.#forkSpare();
    else this.#endSpares(this.#options.spare);
  }

  #endSpares(keep: number): void {
    for (const host of this.#idle().slice(keep)) {
      host.ending = true;
      host.process.close();
    }
  }

  #idle(): Host[] {
    return [...this.#hosts].filter((host) => host.taskCount === 0 && !host.ending);
  }
}
