import { PluginError, settingValues, Struct, text, type TransformPlugin, type Value } from 'millrace/sdk';

const redactSettings = {
  pattern: text('pattern', { required: true, importance: 'HIGH', documentation: 'JavaScript pattern to look for.' }),
  replacement: text('replacement', { default: '***', documentation: 'What stands in place of each match.' }),
};

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'gu');
  } catch (cause) {
    throw new PluginError('PLUGIN_CONFIG', `Invalid value ${text} for configuration pattern: ${String(cause)}`, {
      cause,
    });
  }
}

/** Replaces what matches a pattern in all text fields of values. */
export const redact: TransformPlugin = {
  settings: redactSettings,
  create(config) {
    const { pattern, replacement } = settingValues(redactSettings, config);
    const expression = patternOf(pattern);
    const clean = (value: Value): Value => (typeof value === 'string' ? value.replace(expression, replacement) : value);
    return {
      // A new record; the one given stays as it is.
      apply: (record) =>
        record.value instanceof Struct
          ? { ...record, value: new Struct(record.value.schema, record.value.values.map(clean)) }
          : { ...record, value: clean(record.value) },
    };
  },
};
