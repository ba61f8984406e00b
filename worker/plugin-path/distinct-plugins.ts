import { compareVersions } from '../plugin-versions.ts';
import { nameOf, type DeclaredPlugin } from './declared-plugin.ts';
import type { FoundPlugins } from './read-manifests.ts';

/** Classes of the worker's own, by kind of plug-in. */
export type BuiltInClasses = Readonly<Partial<Record<DeclaredPlugin['type'], ReadonlySet<string>>>>;

/**
 * One plug-in for each class and kind: a built-in one before all others, so that a folder that is added never changes what a stored
 * configuration means; of several versions the newest. What is left out is reported.
 */
export function distinctPlugins({ plugins, problems }: FoundPlugins, builtIn: BuiltInClasses): FoundPlugins {
  const chosen = new Map<string, DeclaredPlugin>();
  const reported = [...problems];
  const leaveOut = (plugin: DeclaredPlugin, reason: string): void => {
    reported.push({ folder: plugin.folder, message: `${nameOf(plugin)} is left out: ${reason}` });
  };
  for (const plugin of plugins) {
    const key = `${plugin.type} ${plugin.className}`;
    const other = chosen.get(key);
    if (builtIn[plugin.type]?.has(plugin.className) === true) leaveOut(plugin, 'a built-in one has that class');
    else if (other === undefined) chosen.set(key, plugin);
    else if (compareVersions(plugin.version, other.version) > 0) {
      chosen.set(key, plugin);
      leaveOut(other, `version ${plugin.version} is in ${plugin.folder}`);
    } else leaveOut(plugin, `version ${other.version} is in ${other.folder}`);
  }
  return { plugins: [...chosen.values()], problems: reported };
}
