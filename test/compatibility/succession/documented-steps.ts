import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const page = new URL('../../../docs/moving-from-connect.md', import.meta.url);
const run = promisify(execFile);

/**
 * The numbered steps of a section of docs/moving-from-connect.md, each with the command that it gives (an indented block), so that a
 * test does what the page says and nothing else.
 */
export async function documentedSteps(title: string): Promise<readonly (string | undefined)[]> {
  const text = await readFile(page, 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`the page has no section '${title}'`);
  const steps = section.split(/^\d+\. /m).slice(1);
  return steps.map((step) => /^ {7}(\S.*)$/m.exec(step)?.[1]);
}

/** Runs a documented command in a shell, with the variables that the page names. */
export async function follow(
  command: string | undefined,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  if (command === undefined) throw new Error('this step of the page has no command');
  const { stdout } = await run('sh', ['-ec', command], { env: { ...process.env, ...variables }, timeout: 60_000 });
  return stdout;
}
