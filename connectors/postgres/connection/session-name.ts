import { createHash } from 'node:crypto';

/** The server cuts application_name at 63 bytes (NAMEDATALEN - 1) and replaces what is not printable ASCII. */
const MAX_BYTES = 63;
const HASH_CHARACTERS = 16;

/**
 * The application_name of a task's sessions. `millrace/<group>/<connector>/<task>/<incarnation>` as it is where it fits, else
 * the part that names the task and the part that names its incarnation are each replaced by a hash.
 */
export function sessionName(applicationName: string): string {
  if (applicationName.length <= MAX_BYTES && /^[\x21-\x7e]*$/.test(applicationName)) return applicationName;
  const { task, incarnation } = parts(applicationName);
  return `millrace/${hash(task)}/${hash(incarnation)}`;
}

/** True when a session's application_name says that it belongs to the same task, whatever its incarnation. */
export function isSameTask(held: string, ours: string): boolean {
  return ours.startsWith('millrace/') && held.includes('/') && parts(held).task === parts(ours).task;
}

function parts(name: string): { task: string; incarnation: string } {
  const cut = name.lastIndexOf('/');
  return { task: name.slice(0, cut), incarnation: name.slice(cut + 1) };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
}
