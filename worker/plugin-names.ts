/** What is known of a plug-in before its code is loaded. */
export interface PluginName {
  /** Full class name. */
  readonly className: string;
  /** Names of its own beside those that follow from the class name. */
  readonly aliases: readonly string[];
}

const connector = 'Connector';

/** `io.x.PgSourceConnector` -> itself, `PgSourceConnector`, `PgSource`: the names that Connect gives every connector (`typeWord`: Connector). */
function connectNames(className: string, typeWord: string): string[] {
  const simple = className.slice(className.lastIndexOf('.') + 1);
  const cut = simple.lastIndexOf(typeWord);
  return cut > 0 ? [className, simple, simple.slice(0, cut)] : [className, simple];
}

/** Which plug-in a name means; `typeWord`: what Connect cuts off the names of this kind. A name that fits two plug-ins means neither, as in Connect. */
export function pluginByName<P extends PluginName>(
  plugins: readonly P[],
  typeWord = connector,
): ReadonlyMap<string, P> {
  const found = new Map<string, P | undefined>();
  for (const plugin of plugins)
    for (const name of new Set([...connectNames(plugin.className, typeWord), ...plugin.aliases]))
      found.set(name, found.has(name) && found.get(name) !== plugin ? undefined : plugin);
  const usable = new Map<string, P>();
  for (const [name, plugin] of found) if (plugin !== undefined) usable.set(name, plugin);
  return usable;
}

/**
 * Whether the class that a configuration names is that of the path, by Connect's rule: the one ends with the other, a last
 * `Connector` apart. So a path may be shorter than the configuration, never longer.
 */
export function isRequestType(included: string, requested: string): boolean {
  return withoutTypeWord(included).endsWith(withoutTypeWord(requested));
}

function withoutTypeWord(name: string): string {
  return name.endsWith(connector) && name !== connector ? name.slice(0, -connector.length) : name;
}
