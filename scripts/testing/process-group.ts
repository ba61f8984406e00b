import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const POLL_MS = 100;
/** Processes that end by themselves after their parent (task hosts, watchdogs) get this long. */
const LEFT_OVER_PATIENCE_MS = 3000;
const INTERRUPT_PATIENCE_MS = 10_000;

export interface GroupEnd {
  /** `code 0`, `code N` or the name of the signal. */
  readonly text: string;
  /** Whether processes of the group outlived its first process and had to be killed. */
  readonly leftOver: boolean;
}

export interface GroupCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** How long processes that outlive the first one may take to end by themselves; default 3 s. */
  readonly leftOverPatienceMs?: number;
}

/** A command and everything it starts, in a process group of its own, which is empty when `run` resolves. */
export class ProcessGroup {
  readonly #command: GroupCommand;

  constructor(command: GroupCommand) {
    this.#command = command;
  }

  /** Runs the command with our output; an abort ends the group (SIGTERM, later SIGKILL). */
  async run(interruption: AbortSignal): Promise<GroupEnd> {
    const { command, args, env, leftOverPatienceMs = LEFT_OVER_PATIENCE_MS } = this.#command;
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    });
    const interrupt = (): void => void signalGroup(child, 'SIGTERM');
    if (interruption.aborted) interrupt();
    interruption.addEventListener('abort', interrupt);
    try {
      const text = await ended(child);
      const patienceMs = interruption.aborted ? INTERRUPT_PATIENCE_MS : leftOverPatienceMs;
      return { text, leftOver: !(await isEmptyWithin(child, patienceMs)) };
    } finally {
      interruption.removeEventListener('abort', interrupt);
      signalGroup(child, 'SIGKILL');
    }
  }
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code ?? 'unknown'}`));
  });
}

async function isEmptyWithin(child: ChildProcess, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (signalGroup(child, 0) && (await hasLiving(child.pid))) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** False when the group has no process any more. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false; // ESRCH: nobody left
  }
}

/** Whether the group has more than zombies: those of orphans stay for ever where process 1 does not collect them. */
async function hasLiving(group: number | undefined): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,stat=']);
  return stdout.split('\n').some((line) => {
    const [pgid, state] = line.trim().split(/\s+/);
    return Number(pgid) === group && state !== undefined && !state.startsWith('Z');
  });
}
