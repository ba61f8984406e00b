import { readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from './process-identity.ts';

export const STACK_FOLDER_PREFIX = 'millrace-stack-';

/** Names the process that a stack's folder ends with; a background stack has none once it is recorded. */
export const OWNER_FILE = 'owner.json';

const ownerSchema = z.object({ pid: z.number(), startTime: z.string() });

/** Removes the folders of stacks whose process was killed before it could do so; their servers ended with it. */
export async function sweepAbandonedFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(STACK_FOLDER_PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const text = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => '');
    if (text === '') continue;
    const owner = ownerSchema.safeParse(JSON.parse(text));
    if (!owner.success || (await isAlive(owner.data))) continue;
    // Another user's folder, or another sweep at work: either way not ours to complain about.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
