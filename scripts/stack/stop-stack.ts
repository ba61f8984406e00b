import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { readRecord, removeRecord } from './stack-record.ts';

const POLL_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * Ends exactly the processes that the stack's record names, if they still are those (same number, same start), removes
 * its data and its record. Returns how many were ended, or undefined when no stack of this name is up.
 */
export async function stopStack(name: string): Promise<number | undefined> {
  const record = await readRecord(name);
  if (record === undefined) return undefined;
  let ended = 0;
  for (const { kind, processes } of Object.values(record.servers).reverse()) {
    // PostgreSQL ends its children and frees its shared memory on SIGQUIT; the Java servers' data are not needed any more.
    const signal = kind.startsWith('postgres') ? 'SIGQUIT' : 'SIGKILL';
    for (const process of [...processes].reverse()) if (await endProcess(process, signal)) ended += 1;
  }
  await rm(record.folder, { recursive: true, force: true, maxRetries: 3 });
  await removeRecord(name);
  return ended;
}

async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isAlive(identity))) return false;
  process.kill(identity.pid, signal);
  process.kill(identity.pid, 'SIGCONT'); // a frozen process takes no other signal but SIGKILL
  const deadline = performance.now() + PATIENCE_MS;
  let killed = signal === 'SIGKILL';
  while (await isAlive(identity)) {
    if (!killed && performance.now() > deadline) {
      process.kill(identity.pid, 'SIGKILL');
      killed = true;
    }
    await delay(POLL_MS);
  }
  return true;
}
