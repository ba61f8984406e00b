import type { Config } from './config-equality.ts';
import type { FormatRules } from './validation.ts';

/** What the formats say about configurations, with the worker's converters as defaults. Their code is loaded when it is asked for. */
export async function formatRules(workerConverters: Config): Promise<FormatRules> {
  const [{ debeziumSettings }, { debeziumFormatProblems }] = await Promise.all([
    import('../../formats/debezium/settings.ts'),
    import('../../formats/debezium/debezium-format.ts'),
  ]);
  return {
    settings: debeziumSettings,
    problems: (config) => debeziumFormatProblems(config, workerConverters),
  };
}
