import type { PluginPath } from '../plugin-path/plugin-path.ts';
import type { Config } from './config-equality.ts';
import type { FormatRules } from './validation.ts';

/** What formats and converters say about configurations, with the worker's converters as defaults. Their code is loaded when it is asked for. */
export async function formatRules(workerConverters: Config, path: PluginPath): Promise<FormatRules> {
  const [{ debeziumSettings }, { debeziumFormatProblems }, { chooseConverters }, { namedConverters }] =
    await Promise.all([
      import('../../formats/debezium/settings.ts'),
      import('../../formats/debezium/debezium-format.ts'),
      import('../../formats/converters/converter-choice.ts'),
      import('../named-converters.ts'),
    ]);
  return {
    settings: debeziumSettings,
    converters: (config) => namedConverters(path, config, workerConverters),
    async problems(config, output) {
      const registry = await namedConverters(path, config, workerConverters);
      return output === 'records'
        ? chooseConverters(registry, config, workerConverters).problems
        : debeziumFormatProblems(config, workerConverters, registry);
    },
  };
}
