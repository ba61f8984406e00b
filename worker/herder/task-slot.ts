import type { TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { traceText } from '../../errors/trace-text.ts';
import type { TaskEvent } from '../supervisor/task-hosts.ts';
import type { TaskFailure } from '../task-host/messages.ts';
import type { Clock } from './clock.ts';
import type { DesiredTask } from './desired-tasks.ts';
import { sameConfig } from './config-equality.ts';
import type { StartupCounts } from '../health/startup-counts.ts';
import { TaskHistory, type TaskSnapshot } from '../health/task-history.ts';
import { RestartBudget, restartLimits, stallTimeoutMs, type RestartDecision } from './restart-policy.ts';

/** What a host reports of a task's course. */
export type TaskReport = Exclude<TaskEvent, { type: 'read-offset' | 'watch-offsets' | 'copy-offsets' | 'signalled' }>;

/** What a slot needs of its surroundings; every call returns at once. */
export interface TaskSlotPort {
  readonly clock: Clock;
  /** Milliseconds since 1970, for people. */
  readonly epochMs: () => number;
  /** At least 0, below 1: spreads the restarts of tasks that failed together. */
  readonly random: () => number;
  readonly startups: StartupCounts;
  readonly log: TaskLog;
  /** Starts the task in a host; answers the new incarnation. */
  start(task: DesiredTask): string;
  proceed(key: string, incarnation: string): void;
  pause(key: string): void;
  resume(key: string): void;
  stop(key: string, quiet: boolean): void;
  /** Settles when the worker has proved that it still owns what it owns. Rejects when it could not. */
  confirmOwnership(): Promise<void>;
  /** The task has nothing more to do: its connector is to be stopped. */
  finished(key: string, detail: string): void;
  status(key: string, state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING', trace?: string): void;
  /** The slot holds no run any more; `quiet`: it was told to leave no trace. */
  onReleased(key: string, quiet: boolean): void;
}

type Wait = Extract<RestartDecision, { waitMs: number }>;

interface Run {
  readonly task: DesiredTask;
  readonly incarnation: string;
  /** Monotonic milliseconds at which its order went out. */
  readonly orderedAt: number;
  paused: boolean;
}

type State =
  | { readonly is: 'idle' }
  /** With a host, not RUNNING yet. */
  | { readonly is: 'starting'; readonly run: Run }
  | { readonly is: 'running'; readonly run: Run; readonly since: number }
  | { readonly is: 'paused'; readonly run: Run }
  | { readonly is: 'stopping'; readonly run: Run; quiet: boolean; then: Wait | undefined }
  /** Between a failure and the restart. */
  | { readonly is: 'waiting'; readonly task: DesiredTask; readonly cancel: () => void }
  | { readonly is: 'failed'; readonly task: DesiredTask }
  /** Ended by itself, with nothing more to do. */
  | { readonly is: 'finished'; readonly task: DesiredTask };

function sameTask(left: DesiredTask, right: DesiredTask): boolean {
  return sameConfig(left.taskConfig, right.taskConfig) && sameConfig(left.connectorConfig, right.connectorConfig);
}

/**
 * One task on this worker: at most one run of it exists at a time, and it is the run of the configuration that is wanted
 * now. Told what is wanted and what the host reports; decides by itself when to start, stop, and start again.
 */
export class TaskSlot {
  readonly key: string;
  readonly #port: TaskSlotPort;
  readonly #budget: RestartBudget;
  readonly #history: TaskHistory;
  #current: State = { is: 'idle' };
  #wanted: DesiredTask | undefined;

  constructor(key: string, port: TaskSlotPort) {
    this.key = key;
    this.#port = port;
    this.#budget = new RestartBudget(port.random);
    this.#history = new TaskHistory(port.clock.now());
  }

  /** All that is known of the task here. */
  get snapshot(): TaskSnapshot {
    const { clock, epochMs } = this.#port;
    const config = 'run' in this.#state ? this.#state.run.task.connectorConfig : (this.#wanted?.connectorConfig ?? {});
    return this.#history.snapshot({ now: clock.now(), epochMs: epochMs() }, stallTimeoutMs(config));
  }

  get #state(): State {
    return this.#current;
  }

  set #state(state: State) {
    this.#current = state;
    this.#history.entered(state.is, this.#port.clock.now());
  }

  /** Whether a host may still be working on the task. */
  get held(): boolean {
    return 'run' in this.#state;
  }

  /** Nothing is wanted of the slot and nothing is left in it. */
  get empty(): boolean {
    return this.#wanted === undefined && this.#state.is === 'idle';
  }

  /** What is to run here from now on; undefined: nothing, after a graceful stop. */
  want(task: DesiredTask | undefined): void {
    this.#wanted = task;
    this.#settle();
  }

  /** The worker may not own the task any more: it stops at once and writes nothing. */
  abandon(): void {
    this.#wanted = undefined;
    if (this.#state.is === 'waiting') this.#state.cancel();
    if (!('run' in this.#state)) this.#state = { is: 'idle' };
    else if (this.#state.is === 'stopping') {
      this.#state.quiet = true;
      this.#port.stop(this.key, true);
    } else this.#stop(this.#state.run, true);
  }

  /** By hand: a run is stopped and started again; a task that has failed or waits starts now. */
  restart(): void {
    this.#budget.reset();
    if (this.#state.is === 'waiting') this.#state.cancel();
    if (this.#state.is === 'starting' || this.#state.is === 'running' || this.#state.is === 'paused')
      this.#stop(this.#state.run, false);
    else if (this.#state.is !== 'stopping') this.#state = { is: 'idle' };
    this.#settle();
  }

  /** A report of the host about this task. */
  receive(event: TaskReport): void {
    if (!('run' in this.#state) || this.#state.run.incarnation !== event.incarnation) return;
    const { run } = this.#state;
    if (this.#state.is === 'stopping') {
      if (event.type === 'stopped' || event.type === 'failed') this.#stopped(this.#state);
      return;
    }
    switch (event.type) {
      case 'loaded':
        this.#history.loaded(event.plugins);
        break;
      case 'fenced':
        this.#takeOver(run);
        break;
      case 'started':
        this.#started(run);
        break;
      case 'paused':
        // A pause that was taken back before it took effect is no news.
        if (!run.paused) break;
        this.#state = { is: 'paused', run };
        this.#port.status(this.key, 'PAUSED');
        break;
      case 'failed':
        this.#failed(run, event.failure, event.innocent);
        break;
      case 'stopped':
        if (event.detail === undefined) this.#failed(run, endedByItself(this.key), false);
        else this.#finished(run, event.detail);
        break;
      case 'progress':
        this.#history.reported(event.progress, this.#port.clock.now());
        break;
      case 'wrote':
        break;
    }
  }

  #settle(): void {
    const wanted = this.#wanted;
    const state = this.#state;
    switch (state.is) {
      case 'idle':
        if (wanted?.ready === true) this.#start(wanted);
        break;
      case 'starting':
      case 'running':
      case 'paused':
        if (wanted === undefined || !sameTask(wanted, state.run.task)) this.#stop(state.run, false);
        else if (wanted.paused !== state.run.paused) {
          state.run.paused = wanted.paused;
          if (wanted.paused) this.#port.pause(this.key);
          else this.#port.resume(this.key);
        }
        break;
      case 'waiting':
      case 'failed':
      case 'finished':
        if (wanted !== undefined && sameTask(wanted, state.task)) break;
        if (state.is === 'waiting') state.cancel();
        this.#budget.reset();
        this.#state = { is: 'idle' };
        this.#settle();
        break;
      case 'stopping':
        break;
    }
  }

  #start(task: DesiredTask): void {
    const orderedAt = this.#port.clock.now();
    this.#state = {
      is: 'starting',
      run: { task, incarnation: this.#port.start(task), orderedAt, paused: task.paused },
    };
  }

  #started(run: Run): void {
    const { clock, log } = this.#port;
    const since = clock.now();
    if (this.#state.is === 'starting') this.#port.startups.ended(true);
    this.#state = { is: 'running', run, since };
    const ms = Math.round(since - run.orderedAt);
    log.info({ task: this.key, incarnation: run.incarnation, ms }, 'task: running');
    this.#port.status(this.key, 'RUNNING');
  }

  #stop(run: Run, quiet: boolean, then?: Wait): void {
    this.#state = { is: 'stopping', run, quiet, then };
    this.#port.stop(this.key, quiet);
  }

  #stopped({ run, quiet, then }: Extract<State, { is: 'stopping' }>): void {
    this.#state = { is: 'idle' };
    this.#port.log.info({ task: this.key, incarnation: run.incarnation, quiet }, 'task: stopped');
    if (then !== undefined && this.#wanted !== undefined) this.#wait(run.task, then);
    this.#port.onReleased(this.key, quiet);
    this.#settle();
  }

  #finished(run: Run, detail: string): void {
    if (this.#state.is === 'starting') this.#port.startups.ended(true);
    this.#state = { is: 'finished', task: run.task };
    this.#port.log.info({ task: this.key, incarnation: run.incarnation, detail }, 'task: finished');
    this.#port.onReleased(this.key, false);
    this.#port.finished(this.key, detail);
    this.#settle();
  }

  /** The predecessor is fenced. Whether this worker is the rightful owner only Kafka can say (algorithms, take-over). */
  #takeOver(run: Run): void {
    this.#port.confirmOwnership().then(
      () => {
        if (this.#runs(run)) this.#port.proceed(this.key, run.incarnation);
      },
      (error: unknown) => {
        if (!this.#runs(run)) return;
        const failure = ConnectorError.from(error, 'TAKE_OVER_UNCONFIRMED', `taking over ${this.key}`);
        this.#history.failed({ ...plainFailure(failure), fencing: true }, this.#port.epochMs());
        this.#port.log.warn({ task: this.key, err: failure }, 'task: ownership could not be confirmed; started again');
        this.#stop(run, true, this.#waitOfNobodysFault(run));
      },
    );
  }

  #runs(run: Run): boolean {
    return 'run' in this.#state && this.#state.run === run && this.#state.is !== 'stopping';
  }

  #failed(run: Run, failure: TaskFailure, innocent: boolean): void {
    const { clock, epochMs, log } = this.#port;
    const fields = { task: this.key, incarnation: run.incarnation, code: failure.code, reason: failure.message };
    this.#budget.failed(this.#state.is === 'running' ? clock.now() - this.#state.since : 0);
    if (this.#state.is === 'starting') this.#port.startups.ended(false);
    this.#history.failed(failure, epochMs());
    const decision = this.#decide(failure, innocent, run);
    const spent = decision !== undefined && 'spent' in decision ? decision.spent : undefined;
    // Fenced or without a lease: somebody else may be the owner, so nothing is written.
    if (!failure.fencing) this.#port.status(this.key, 'FAILED', withNote(failure.trace, spent));
    if (decision === undefined || 'spent' in decision) {
      const advice = 'stays failed until its configuration changes or it is restarted';
      log.error({ ...fields, retry: failure.retry, spent }, `task failed; ${advice}`);
      this.#state = { is: 'failed', task: run.task };
      if (spent !== undefined) this.#history.spent(spent);
    } else {
      const { waitMs: nextAttemptMs, attempt, left } = decision;
      log.warn({ ...fields, attempt, left, nextAttemptMs }, 'task failed; it is started again');
      this.#state = { is: 'idle' };
      this.#wait(run.task, decision);
    }
    this.#port.onReleased(this.key, failure.fencing);
    this.#settle();
  }

  /** Undefined: the failure does not pass by itself. */
  #decide(failure: TaskFailure, innocent: boolean, run: Run): RestartDecision | undefined {
    // It was only in the same process as another one: it goes on at once.
    if (innocent) return { waitMs: 0, attempt: 1, left: null };
    if (failure.fencing) return this.#waitOfNobodysFault(run);
    if (failure.retry !== 'automatic') return undefined;
    return this.#budget.next(restartLimits(run.task.connectorConfig), this.#port.clock.now());
  }

  /** Back-off without a bound on the number: what the group or a zombie did says nothing about the task. */
  #waitOfNobodysFault(run: Run): Wait {
    return this.#budget.nextFree(restartLimits(run.task.connectorConfig));
  }

  #wait(task: DesiredTask, { waitMs, attempt, left }: Wait): void {
    const cancel = this.#port.clock.after(waitMs, () => {
      this.#state = { is: 'idle' };
      this.#settle();
    });
    this.#state = { is: 'waiting', task, cancel };
    this.#history.waitsFor({ atMs: this.#port.epochMs() + waitMs, attempt, left });
  }
}

function endedByItself(key: string): TaskFailure {
  const error = new ConnectorError('TASK_ENDED_BY_ITSELF', `task ${key} ended although nobody had stopped it`);
  return plainFailure(error);
}

function plainFailure(error: ConnectorError): TaskFailure {
  return { code: error.code, message: error.message, trace: traceText(error), fencing: false, retry: error.retry };
}

/** The trace with why there is no restart, where an operator looks first. */
function withNote(trace: string, spent: string | undefined): string {
  if (spent === undefined) return trace;
  const [first, ...rest] = trace.split('\n');
  return [first, `Not started again by itself: ${spent}. A restart by hand begins anew.`, ...rest].join('\n');
}
