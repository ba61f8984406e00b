import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { StackError } from './stack-error.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** How a server process is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Working folder. */
  readonly folder: string;
  /** Takes standard output and standard error; appended to. */
  readonly logFile: string;
  /** An unprivileged user to run as; only possible as root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** True: outlives us, in an own session. False: ends with us, whatever ends us. */
  readonly background: boolean;
  /** Ends the server at once when nobody needs its data any more. */
  readonly endSignal: 'SIGKILL' | 'SIGQUIT';
}

// Starts the server, tells its pid on descriptor 3, and ends it when our end of standard input closes: the kernel closes it
// even when we die by SIGKILL. A stopped server (SIGSTOP) takes no other signal before SIGCONT. Ends with the server's code.
const WATCHDOG = `
signal=$1; shift
exec 4<&0 </dev/null
"$@" 3>&- 4<&- & server=$!
echo $server >&3; exec 3>&-
( read -r _ <&4
  kill -$signal $server; kill -CONT $server; tries=0
  while kill -0 $server && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries+1)); done
  kill -KILL $server ) 2>/dev/null & watch=$!
exec 4<&-
wait $server; code=$?
kill $watch 2>/dev/null
exit $code`;

/** One started server process: known by its identity, and its end is noticed. */
export class ServerProcess {
  readonly identity: ProcessIdentity;
  /** Resolves with a short text (code or signal) when the process has ended. */
  readonly ended: Promise<string>;
  #child: ChildProcess;
  #running = true;

  private constructor(child: ChildProcess, identity: ProcessIdentity) {
    this.#child = child;
    this.identity = identity;
    this.ended = new Promise((resolve) => {
      const end = (text: string): void => {
        this.#running = false;
        resolve(text);
      };
      if (child.exitCode !== null) end(`code ${child.exitCode}`);
      child.once('exit', (code, signal) => end(signal ?? `code ${code ?? 'unknown'}`));
    });
  }

  static async start(launch: Launch): Promise<ServerProcess> {
    const child = launch.background ? startDetached(launch) : startWatched(launch);
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (cause) =>
        reject(new StackError(`cannot start ${launch.command}: ${cause.message}`, { cause })),
      );
    });
    failed.catch(() => undefined); // reported by the race below; a later error has no listener to miss
    const pid = await Promise.race([failed, launch.background ? spawnedPid(child) : reportedPid(child)]);
    // A server that has ended already has no start time any more; its end is reported through `ended`.
    const identity = (await identify(pid)) ?? { pid, startTime: 'ended' };
    if (launch.background) child.unref();
    return new ServerProcess(child, identity);
  }

  get pid(): number {
    return this.identity.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Sends the signal; false when the process has ended before. */
  async signal(signal: NodeJS.Signals): Promise<boolean> {
    if (!this.#running || !(await isAlive(this.identity))) return false;
    try {
      return process.kill(this.pid, signal);
    } catch {
      return false; // ended between the two lines
    }
  }

  /** Sends the signal and waits for the end; after `patienceMs` it is SIGKILL. */
  async end(signal: NodeJS.Signals, patienceMs: number): Promise<void> {
    if (await this.signal(signal)) {
      if (signal !== 'SIGKILL') await this.signal('SIGCONT');
      const timer = new AbortController();
      const late = delay(patienceMs, undefined, { signal: timer.signal }).then(
        () => this.signal('SIGKILL'),
        () => false,
      );
      await this.ended;
      timer.abort();
      await late;
    }
    await this.ended;
    this.#child.stdin?.destroy();
  }
}

function startDetached(launch: Launch): ChildProcess {
  return withLog(launch, (log) =>
    spawn(launch.command, launch.args, { ...options(launch, ['ignore', log, log]), detached: true }),
  );
}

function startWatched(launch: Launch): ChildProcess {
  const args = ['-c', WATCHDOG, 'watchdog', launch.endSignal.slice(3), launch.command, ...launch.args];
  return withLog(launch, (log) => {
    // Detached: Ctrl-C in a terminal reaches us alone, and we end our servers in order.
    const child = spawn('/bin/sh', args, { ...options(launch, ['pipe', log, log, 'pipe']), detached: true });
    child.stdin?.on('error', () => undefined); // the watchdog ended before us: `ended` tells
    return child;
  });
}

function options(
  launch: Launch,
  stdio: StdioOptions,
): { cwd: string; stdio: StdioOptions; env: NodeJS.ProcessEnv; uid?: number; gid?: number } {
  const env = { ...process.env, ...launch.env };
  return { cwd: launch.folder, stdio, env, ...(launch.user ?? {}) };
}

function withLog(launch: Launch, start: (log: number) => ChildProcess): ChildProcess {
  const log = openSync(launch.logFile, 'a');
  try {
    return start(log);
  } finally {
    closeSync(log);
  }
}

function spawnedPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

async function reportedPid(child: ChildProcess): Promise<number> {
  const pipe = child.stdio[3] as Readable;
  let text = '';
  for await (const chunk of pipe) text += String(chunk);
  return Number(text.trim());
}
