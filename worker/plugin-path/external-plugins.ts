import { pluginByName } from '../plugin-names.ts';
import type { DeclaredPlugin } from './declared-plugin.ts';

/**
 * The plug-ins of one kind from the plug-in path. Known by name at once; their code is loaded when a configuration names them, once,
 * for better or worse: a module that failed to load stays so until the process is started anew.
 */
export class ExternalPlugins<P> {
  readonly entries: readonly DeclaredPlugin[];
  readonly #byName: ReadonlyMap<string, DeclaredPlugin>;
  readonly #load: (plugin: DeclaredPlugin) => Promise<P>;
  readonly #loading = new Map<DeclaredPlugin, Promise<P>>();
  readonly #loaded = new Map<DeclaredPlugin, P>();

  /** `typeWord`: what Connect cuts off the class names of this kind for an alias. */
  constructor(entries: readonly DeclaredPlugin[], typeWord: string, load: (plugin: DeclaredPlugin) => Promise<P>) {
    this.entries = entries;
    this.#byName = pluginByName(entries, typeWord);
    this.#load = load;
  }

  /** Throws PLUGIN_UNUSABLE. */
  load(entry: DeclaredPlugin): Promise<P> {
    const loading =
      this.#loading.get(entry) ??
      this.#load(entry).then((plugin) => {
        this.#loaded.set(entry, plugin);
        return plugin;
      });
    this.#loading.set(entry, loading);
    return loading;
  }

  /** Loads those of the names that are of this kind and here; gives the plug-ins. Throws PLUGIN_UNUSABLE. */
  async loadNamed(names: readonly (string | null | undefined)[]): Promise<P[]> {
    const entries = new Set(names.map((name) => this.#byName.get(name?.trim() ?? '')));
    return Promise.all([...entries].filter((entry) => entry !== undefined).map((entry) => this.load(entry)));
  }

  /** What a name means, when it was loaded. */
  loaded(name: string): P | undefined {
    const entry = this.#byName.get(name.trim());
    return entry === undefined ? undefined : this.#loaded.get(entry);
  }
}
