import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The one folder outside the tree that holds what was downloaded and the records of running stacks:
 * MILLRACE_CACHE, else $XDG_CACHE_HOME/millrace, else ~/.cache/millrace (XDG Base Directory Specification 0.8).
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['MILLRACE_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'millrace');
}

/** A folder inside the cache, created when missing. */
export async function cacheSubfolder(name: string): Promise<string> {
  const folder = join(cacheFolder(), name);
  await mkdir(folder, { recursive: true });
  return folder;
}
