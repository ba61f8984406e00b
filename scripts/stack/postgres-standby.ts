import { execFile } from 'node:child_process';
import { chown, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';

const run = promisify(execFile);
/** A server that runs. */
interface Primary {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly dataFolder: string;
}

const stopped = z.array(z.object({ labelfile: z.string() }));

/**
 * Copies the data of a running server for a standby that streams from it, and answers the settings that make it one. The packages
 * have no pg_basebackup; this is what it does (PostgreSQL documentation, "Making a Base Backup Using the Low Level API"). The
 * primary keeps its log for the standby in a physical slot of the standby's name.
 */
export async function copyAsStandby(
  primary: Primary,
  { name, data }: { readonly name: string; readonly data: string },
): Promise<Record<string, string>> {
  const slot = standbySlot(name);
  const { host, port, user, password, database } = primary;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    await client.query('SELECT pg_create_physical_replication_slot($1, true)', [slot]);
    await client.query('SELECT pg_backup_start($1, true)', [name]);
    await run('cp', ['-a', primary.dataFolder, data]);
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(false)');
    const [backup] = stopped.parse(rows);
    await writeAsOwner(data, 'backup_label', backup?.labelfile ?? '');
    await writeAsOwner(data, 'standby.signal', '');
  } finally {
    await client.end();
  }
  for (const file of ['postmaster.pid', 'postmaster.opts']) await rm(join(data, file), { force: true });
  // Slots belong to one server; those that a standby copies come by themselves.
  for (const entry of await readdir(join(data, 'pg_replslot')))
    await rm(join(data, 'pg_replslot', entry), { recursive: true });
  return {
    primary_conninfo: `host=${host} port=${port} user=${user} password=${password} dbname=${database} application_name=${name}`,
    primary_slot_name: slot,
    hot_standby_feedback: 'on',
  };
}

/** Name of the physical slot on the primary. */
export function standbySlot(name: string): string {
  return name.replaceAll('-', '_');
}

async function writeAsOwner(data: string, name: string, content: string): Promise<void> {
  const file = join(data, name);
  await writeFile(file, content, { mode: 0o600 });
  const { uid, gid } = await stat(data);
  await chown(file, uid, gid);
}
