import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheSubfolder } from '../../scripts/stack/cache-folder.ts';

/** How a client is started; its arguments follow. */
export interface InstalledClient {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

// The first build compiles Go's standard library too.
const INSTALL_PATIENCE_MS = 400_000;
const run = promisify(execFile);

function folderOf(client: string): string {
  return fileURLToPath(new URL(client, import.meta.url));
}

/** The Go client, built from its pinned module (go.sum); modules and builds are kept in the cache. */
export async function goClient(): Promise<InstalledClient> {
  const [modules, builds] = [await cacheSubfolder('go-modules'), await cacheSubfolder('go-build')];
  const program = join(await cacheSubfolder('clients'), `go-${await contentHash('go/', ['main.go', 'go.sum'])}`);
  const env = {
    ...process.env,
    GOMODCACHE: modules,
    GOCACHE: builds,
    GOFLAGS: '-mod=readonly -buildvcs=false',
    CGO_ENABLED: '0',
  };
  if (!existsSync(program))
    await install(program, (part) =>
      run('go', ['build', '-o', part, '.'], { cwd: folderOf('go/'), env, timeout: INSTALL_PATIENCE_MS }),
    );
  return { command: program, args: [], env: {} };
}

/** The Python client with its pinned packages (requirements.txt has their hashes), kept in the cache. */
export async function pythonClient(): Promise<InstalledClient> {
  const packages = join(
    await cacheSubfolder('clients'),
    `python-${await contentHash('python/', ['requirements.txt'])}`,
  );
  const requirements = join(folderOf('python/'), 'requirements.txt');
  const what = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '-r', requirements];
  if (!existsSync(packages))
    await install(packages, (part) =>
      run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...what, '--target', part], {
        timeout: INSTALL_PATIENCE_MS,
      }),
    );
  const env = { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
  return { command: 'python3', args: [join(folderOf('python/'), 'client.py')], env };
}

export function curlClient(): Promise<InstalledClient> {
  return Promise.resolve({ command: 'sh', args: [join(folderOf('curl/'), 'connect.sh')], env: {} });
}

/** Whether the program is there and answers; else why not. */
export async function obstacle(command: string, args: readonly string[]): Promise<string | undefined> {
  return run(command, [...args]).then(
    () => undefined,
    (error: unknown) =>
      `${command} does not answer: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`,
  );
}

/** What the client printed, line by line; throws with it when the client ends otherwise than with 0. */
export async function linesOf(client: InstalledClient, args: readonly string[]): Promise<string[]> {
  const env = { ...process.env, ...client.env };
  const { stdout } = await run(client.command, [...client.args, ...args], { env, timeout: 110_000 }).catch(
    (error: unknown) => {
      const text = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
      throw new Error(`the client failed after:\n${text}`, { cause: error });
    },
  );
  return stdout.trimEnd().split('\n');
}

async function contentHash(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(join(folderOf(folder), file)));
  return hash.digest('hex').slice(0, 16);
}

/** Into place as a whole, so that an interrupted installation is not taken for one. */
async function install(target: string, into: (part: string) => Promise<unknown>): Promise<void> {
  const parent = await mkdtemp(join(dirname(target), 'part-'));
  try {
    await into(join(parent, 'made'));
    await rename(join(parent, 'made'), target).catch((error: unknown) => {
      if (!existsSync(target)) throw error; // else another run was quicker
    });
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
