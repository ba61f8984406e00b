import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Whether an error that nobody caught comes from a plug-in's code: a promise that was left to itself while a configuration was
 * checked, for instance. Nothing of the worker's own was under way then, so it need not end for it.
 */
export function isStrayPluginError(error: unknown, directories: readonly string[]): boolean {
  if (!(error instanceof Error) || error.stack === undefined) return false;
  const origin = error.stack.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return directories.some((directory) => origin?.includes(pathToFileURL(resolve(directory) + sep).href) === true);
}
