import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, identify } from './process-identity.ts';
import { ServerProcess, type Launch } from './server-process.ts';
import { StackError } from './stack-error.ts';

/** What a server needs beside its launch. */
export interface ServerPlan {
  /** Shown in messages, for instance `kafka3/2`. */
  readonly name: string;
  readonly launch: Launch;
  readonly dataFolder: string;
  /** Resolves true when the server answers; false or an error means "not yet". */
  readonly isReady: (signal: AbortSignal) => Promise<boolean>;
  readonly startTimeoutMs: number;
  /** Asks for an orderly end that keeps the data. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Whether the server consists of several processes. */
  readonly hasChildren: boolean;
  /** Whether it is started again when it ends by itself before it is ready. */
  readonly startsAgain?: boolean;
  /** Told of each process as soon as it exists, before it is ready. */
  readonly onProcess: (process: ServerProcess) => void;
}

export type ChaosSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGINT' | 'SIGQUIT';

const READY_POLL_MS = 40;
const STOP_PATIENCE_MS = 30_000;
// PostgreSQL kills what is left of its children 5 s after SIGQUIT (postmaster.c, SIGKILL_CHILDREN_AFTER_SECS).
const END_PATIENCE_MS = 10_000;
const LOG_TAIL_LINES = 20;

/** One server on one port and one data folder; its process may be killed and started again. */
export class Server {
  readonly #plan: ServerPlan;
  #process: ServerProcess | undefined;
  #closed = false;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  get name(): string {
    return this.#plan.name;
  }

  /** Process number of the server itself; changes with each start. */
  get pid(): number {
    return this.#started().pid;
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  get dataFolder(): string {
    return this.#plan.dataFolder;
  }

  get logFile(): string {
    return this.#plan.launch.logFile;
  }

  /** Starts the process and waits until it answers; nothing is left running when that fails. */
  async start(): Promise<void> {
    const deadline = AbortSignal.timeout(this.#plan.startTimeoutMs);
    for (;;) {
      const process = await this.#spawn();
      const failure = await untilReady(this.#plan, process, deadline);
      if (failure === undefined) return;
      await process.end('SIGKILL', 0);
      if (this.#plan.startsAgain === true && !deadline.aborted && !this.#closed) continue;
      throw new StackError(`${this.name} ${failure}; the end of its log:\n${await logTail(this.logFile)}`);
    }
  }

  /**
   * Sends the signal; SIGKILL, SIGSTOP and SIGCONT also to its children (PostgreSQL's backends), so that the whole server
   * crashes, freezes or thaws. After a signal that ends it, resolves when no process of it is left.
   */
  async kill(signal: ChaosSignal): Promise<void> {
    const process = this.#started();
    if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGQUIT') {
      await this.#thaw(process);
      await process.end(signal, STOP_PATIENCE_MS);
      return;
    }
    const children = this.#plan.hasChildren ? await childrenOf(process.pid) : [];
    await process.signal(signal);
    for (const pid of children) sendTo(pid, signal);
    if (signal === 'SIGKILL') {
      await process.ended;
      await allGone(children);
    }
  }

  /** Starts it again on the same port and data; a server that still runs is stopped in order first. */
  async restart(): Promise<void> {
    if (this.running) await this.kill(this.#plan.stopSignal);
    await this.start();
  }

  /** Ends it at once, for good: its data are not looked after. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#process === undefined) return;
    await this.#thaw(this.#process);
    await this.#process.end(this.#plan.launch.endSignal, END_PATIENCE_MS);
  }

  async #spawn(): Promise<ServerProcess> {
    const process = await ServerProcess.start(this.#plan.launch);
    this.#process = process;
    if (this.#closed) {
      await this.close();
      throw new StackError(`${this.name} was closed while it started`);
    }
    this.#plan.onProcess(process);
    return process;
  }

  /** Frozen children take no signal but SIGKILL, and their parent would wait for them. */
  async #thaw(process: ServerProcess): Promise<void> {
    if (this.#plan.hasChildren && process.running)
      for (const pid of await childrenOf(process.pid)) sendTo(pid, 'SIGCONT');
  }

  #started(): ServerProcess {
    if (this.#process === undefined) throw new StackError(`${this.name} was not started`);
    return this.#process;
  }
}

/** What went wrong, or undefined when the server answers. */
async function untilReady(
  plan: ServerPlan,
  process: ServerProcess,
  deadline: AbortSignal,
): Promise<string | undefined> {
  while (process.running && !deadline.aborted) {
    if (await plan.isReady(deadline).catch(() => false)) return undefined;
    await Promise.race([delay(READY_POLL_MS), process.ended]);
  }
  if (!process.running) return `ended with ${await process.ended}`;
  return `did not answer within ${plan.startTimeoutMs / 1000} s`;
}

function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself in the meantime
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) while ((await identify(pid)) !== undefined) await delay(READY_POLL_MS);
}

async function logTail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '(no log)');
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
