import type { PluginRegistry } from '../plugins.ts';
import { loadTransforms, type TransformRegistry } from '../transform-registry.ts';
import type { WorkerConfig } from '../worker-config.ts';
import { formatRules } from './format-rules.ts';
import type { FormatRules, Validator } from './validation.ts';

/** How this worker checks configurations. */
export function workerValidator({ values, converters }: WorkerConfig, plugins: PluginRegistry): Validator {
  let formats: Promise<FormatRules> | undefined;
  let transforms: Promise<TransformRegistry> | undefined;
  return {
    plugins,
    rules: {
      exactlyOnce: values.exactlyOnceSourceSupport === 'enabled',
      overridePolicy: values.clientOverridePolicy,
      overrideAllowlist: values.clientOverrideAllowlist,
      topicCreation: values.topicCreationEnable,
    },
    converters: { ...converters, 'header.converter': values.headerConverter },
    formats: () => (formats ??= formatRules(converters, plugins.path)),
    transforms: () => (transforms ??= loadTransforms(plugins.path)),
  };
}
