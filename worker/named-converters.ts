import { ConverterRegistry } from '../formats/converters/converter-registry.ts';
import type { PluginPath } from './plugin-path/plugin-path.ts';

type Config = Readonly<Record<string, string>>;

/** The converters there are: the built-in ones, and of the plug-in path those that the configurations name. Throws PLUGIN_UNUSABLE. */
export async function namedConverters(
  { converters, headerConverters }: Pick<PluginPath, 'converters' | 'headerConverters'>,
  connector: Config,
  worker: Config,
): Promise<ConverterRegistry> {
  const named = (setting: string): (string | undefined)[] => [connector[setting], worker[setting]];
  return new ConverterRegistry({
    converters: await converters.loadNamed([...named('key.converter'), ...named('value.converter')]),
    headerConverters: await headerConverters.loadNamed(named('header.converter')),
  });
}
