import { readdir, readlink } from 'node:fs/promises';

/** Files of the spool that this process holds open: they have no name. */
export async function openSpoolFiles(): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.includes('.spool')).length;
}
