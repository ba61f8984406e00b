import { spawnSync } from 'node:child_process';

const SETPRIV: readonly string[] = ['setpriv', '--pdeathsig', 'KILL'];

/** Looked at once per process: 3 ms. */
let known: readonly string[] | undefined;

/**
 * The command in front of a child process's own that has the kernel kill it when its parent ends (prctl(2), PR_SET_PDEATHSIG), so
 * that code that never returns does not outlive the worker and use a core for ever. util-linux has it from 2.33 on; empty where it
 * is missing (BusyBox, other systems): the child then ends by itself, if its event loop still turns. A thread that watches the
 * parent would do the same anywhere, for 18 MB of memory in each child.
 */
export function deathGuard(): readonly string[] {
  known ??= isUsable() ? SETPRIV : [];
  return known;
}

function isUsable(): boolean {
  if (process.platform !== 'linux') return false;
  const [command = '', ...args] = SETPRIV;
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore', timeout: 2000 }).status === 0;
}
