import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DeclaredPlugin } from './declared-plugin.ts';
import { manifestFile, parseManifest } from './plugin-manifest.ts';

/** A folder that does not count, and why. */
export interface PluginProblem {
  readonly folder: string;
  readonly message: string;
}

export interface FoundPlugins {
  readonly plugins: readonly DeclaredPlugin[];
  readonly problems: readonly PluginProblem[];
}

/**
 * The manifests in the direct child directories of each directory; a child without one is left alone (a plug-in of a Java
 * worker, for instance). Reads at once, since it is done before a worker takes part in anything. Never throws.
 */
export function readManifests(directories: readonly string[]): FoundPlugins {
  const plugins: DeclaredPlugin[] = [];
  const problems: PluginProblem[] = [];
  for (const directory of directories)
    for (const folder of childFolders(resolve(directory), problems)) {
      const found = readManifest(folder);
      if (typeof found === 'string') problems.push({ folder, message: `${manifestFile}: ${found}` });
      else plugins.push(...found);
    }
  return { plugins, problems };
}

function childFolders(directory: string, problems: PluginProblem[]): string[] {
  try {
    return readdirSync(directory)
      .toSorted()
      .map((name) => join(directory, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  } catch (error) {
    problems.push({ folder: directory, message: `the directory of plugin.path cannot be read: ${String(error)}` });
    return [];
  }
}

/** Of one folder; none when there is no manifest. A text: why it is of no use. */
function readManifest(folder: string): DeclaredPlugin[] | string {
  const file = join(folder, manifestFile);
  if (!existsSync(file)) return [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `cannot be read: ${String(error)}`;
  }
  const manifest = parseManifest(text);
  if (typeof manifest === 'string') return manifest;
  const { version } = manifest;
  return manifest.plugins.map(({ class: className, ...rest }) => ({ ...rest, className, version, folder }));
}
