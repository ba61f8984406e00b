import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { fromHost, type FromHost, type ToHost } from '../task-host/messages.ts';
import { deathGuard } from './death-guard.ts';
import type { HostEnd } from './host-end.ts';
import { TextTail } from './text-tail.ts';

export interface HostProcessOptions {
  /** The module that the child runs. */
  readonly module: URL;
  /** Bound of its JavaScript heap in megabytes; undefined: Node's default. */
  readonly heapMaxMb: number | undefined;
  readonly log: TaskLog;
  /** The log of a logger that a host names; `log` when it is not there. */
  readonly logOf?: ((logger: string) => TaskLog) | undefined;
  /** Messages about tasks; `ready` and `log` are dealt with here. */
  readonly onMessage: (message: Exclude<FromHost, { type: 'ready' | 'log' }>) => void;
  /** Called once, when the process and its output have ended. */
  readonly onEnd: (end: HostEnd) => void;
}

/**
 * Rows live for one turn of the event loop, so a small young generation is emptied often and cheaply: 70 MB less RSS while a
 * backlog is drained than with V8's 16 MB, at the same CPU per row.
 */
const YOUNG_SPACE = '--max-semi-space-size=4';
/** How long a host that was told to end may take; it has nothing left to do then. */
const END_MS = 2000;
/** A pipe that was handed on to another process may stay open; what is in it by then is all there will be. */
const LAST_WORDS_MS = 500;
/** Variables that belong to the worker, or that the PostgreSQL client would take for settings of its own. */
const withheld = /^(CONNECT_|PG[A-Z])/;

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name)));
}

/**
 * One child process that runs tasks. Messages sent before it is ready wait for it; its output goes to the log; its end is
 * reported exactly once. It ends when this process does: by itself, since its channel closes then, or by the kernel.
 */
export class HostProcess {
  readonly #options: HostProcessOptions;
  readonly #child: ChildProcess;
  readonly #errorOutput: TextTail;
  readonly #ready = Promise.withResolvers<undefined>();
  #waiting: ToHost[] | undefined = [];
  #ended = false;
  #closing = false;
  #endTimer: NodeJS.Timeout | undefined;

  constructor(options: HostProcessOptions) {
    this.#options = options;
    const { log, module, heapMaxMb } = options;
    const heap = heapMaxMb === undefined ? [] : [`--max-old-space-size=${heapMaxMb}`];
    const flags = [YOUNG_SPACE, ...heap];
    const [execPath = process.execPath, ...execArgv] = [...deathGuard(), process.execPath, ...flags];
    this.#child = fork(fileURLToPath(module), [], {
      execPath,
      execArgv,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { pid } = this.#child;
    this.#errorOutput = new TextTail((line) => log.warn({ taskHost: pid }, line));
    const output = new TextTail((line) => log.info({ taskHost: pid }, line));
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => output.add(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#errorOutput.add(text));
    this.#child.on('message', (message) => this.#receive(message));
    this.#child.on('error', (error) => {
      log.error({ taskHost: pid, err: error }, 'task host: process could not be started or reached');
      // Without a process there will be no 'exit'.
      if (pid === undefined) this.#end(null, null);
    });
    this.#child.on('exit', (exitCode, signal) => this.#exited(exitCode, signal));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Settles when it can run tasks, or has ended. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  send(message: ToHost): void {
    if (this.#waiting !== undefined) this.#waiting.push(message);
    // A channel that has closed is followed by the end of the process, which is how its tasks learn of it.
    else if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Closes the channel, at which the host ends; kills it when it does not. */
  close(): void {
    if (this.#ended || this.#closing) return;
    this.#closing = true;
    if (this.#child.connected) this.#child.disconnect();
    this.#endTimer = setTimeout(() => this.kill(), END_MS);
  }

  kill(): void {
    if (!this.#ended) this.#child.kill('SIGKILL');
  }

  #receive(raw: unknown): void {
    const { log, logOf } = this.#options;
    const parsed = fromHost.safeParse(raw);
    if (!parsed.success) {
      log.error({ taskHost: this.pid, err: parsed.error }, 'task host: message not understood; the host is ended');
      this.kill();
      return;
    }
    const message = parsed.data;
    if (message.type === 'log') (logOf?.(message.logger) ?? log)[message.level](message.fields, message.message);
    else if (message.type === 'ready') {
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const earlier of waiting) this.send(earlier);
      this.#ready.resolve(undefined);
    } else this.#options.onMessage(message);
  }

  /**
   * The last words of a process come after its exit. Its own event for "exited and read to the end" does not come when the
   * channel was closed before the child had opened it (seen on Node 24.21).
   */
  #exited(exitCode: number | null, signal: NodeJS.Signals | null): void {
    const end = (): void => this.#end(exitCode, signal);
    clearTimeout(this.#endTimer);
    if (this.#child.stderr?.closed !== false) {
      end();
      return;
    }
    this.#child.stderr.once('close', end);
    this.#endTimer = setTimeout(end, LAST_WORDS_MS);
  }

  #end(exitCode: number | null, signal: NodeJS.Signals | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ready.resolve(undefined);
    clearTimeout(this.#endTimer);
    this.#options.onEnd({ pid: this.pid, exitCode, signal, errorText: this.#errorOutput.text });
  }
}
