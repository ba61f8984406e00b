import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isAlive } from './process-identity.ts';

const POLL_MS = 200;

/**
 * Runs `work` while no other process on this machine runs work under the same lock file. The lock of a process that has
 * died is taken over. Two takers-over can in theory both succeed in the same instant, so `work` must stay correct when run
 * twice (write aside, then rename); the lock saves the doubled effort.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  let waited = false;
  while (!(await take(file))) {
    if (!waited) onWait();
    waited = true;
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(JSON.stringify(await identify(process.pid)));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  if (await ownerIsGone(file)) await rm(file, { force: true });
  return false;
}

async function ownerIsGone(file: string): Promise<boolean> {
  const match = /"pid":(\d+),"startTime":"([^"]*)"/.exec(await readFile(file, 'utf8').catch(() => ''));
  // Empty: taken a moment ago and not yet written, or released a moment ago.
  if (match?.[1] === undefined || match[2] === undefined) return false;
  return !(await isAlive({ pid: Number(match[1]), startTime: match[2] }));
}
