import type { SettingMap } from '../../settings/setting.ts';
import type { PluginRegistry } from '../plugins.ts';
import { secretsOf, type IsSecret } from './masked-config.ts';

type Given = Readonly<Record<string, string | null>>;

/** Names of the settings whose values are secrets by definition. */
export function passwordNames(settings: SettingMap): Set<string> {
  const passwords = Object.values(settings).filter(({ type }) => type === 'PASSWORD');
  return new Set(passwords.map(({ name }) => name));
}

/** Knows which settings of a configuration are secrets: by the pattern of their names at once, by definition once its plug-in is loaded. */
export class SecretSettings {
  readonly #plugins: PluginRegistry;
  /** Class name -> names of its settings of type PASSWORD. */
  readonly #known = new Map<string, Set<string>>();

  constructor(plugins: PluginRegistry) {
    this.#plugins = plugins;
  }

  /** With what is loaded now. */
  of(config: Given): IsSecret {
    const className = this.#plugins.find(config['connector.class'] ?? '')?.className;
    return secretsOf((className === undefined ? undefined : this.#known.get(className)) ?? new Set());
  }

  /** With the definitions of the connector's plug-in. */
  async loaded(config: Given): Promise<IsSecret> {
    const entry = this.#plugins.find(config['connector.class'] ?? '');
    if (entry !== undefined && !this.#known.has(entry.className)) {
      const { settings } = await entry.load();
      this.#known.set(entry.className, passwordNames(settings));
    }
    return this.of(config);
  }
}
