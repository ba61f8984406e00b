import type { Config } from './config-equality.ts';
import type { FormatRules } from './validation.ts';

/** What formats and converters say about configurations, with the worker's converters as defaults. Their code is loaded when it is asked for. */
export async function formatRules(workerConverters: Config): Promise<FormatRules> {
  const [{ debeziumSettings }, { debeziumFormatProblems }, { chooseConverters }, { ConverterRegistry }] =
    await Promise.all([
      import('../../formats/debezium/settings.ts'),
      import('../../formats/debezium/debezium-format.ts'),
      import('../../formats/converters/converter-choice.ts'),
      import('../../formats/converters/converter-registry.ts'),
    ]);
  const registry = new ConverterRegistry();
  return {
    settings: debeziumSettings,
    converters: registry,
    problems: (config, output) =>
      output === 'records'
        ? chooseConverters(registry, config, workerConverters).problems
        : debeziumFormatProblems(config, workerConverters),
  };
}
