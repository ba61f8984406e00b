import { PluginError, settingValues, Struct, text, type Value, type ValueConverterPlugin } from 'millrace/sdk';

const csvSettings = {
  separator: text('separator', {
    default: ';',
    documentation: 'What stands between two fields.',
    check: (value) => (value.length === 1 ? undefined : 'Value must be one character'),
  }),
};

/** Writes structs as lines of their fields, anything else as text. */
export const csvConverter: ValueConverterPlugin = {
  settings: csvSettings,
  create(config) {
    const { separator } = settingValues(csvSettings, config);
    const quoted = (field: string): string =>
      /["\r\n]/.test(field) || field.includes(separator) ? `"${field.replaceAll('"', '""')}"` : field;
    return {
      fromConnect(topic, _schema, value) {
        if (value === null) return null;
        const fields = value instanceof Struct ? value.values : [value];
        return Buffer.from(fields.map((field) => quoted(fieldText(topic, field))).join(separator));
      },
    };
  },
};

function fieldText(topic: string, value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object')
    throw new PluginError('PLUGIN_CONFIG', `a record of ${topic} has a field without a text form`);
  return String(value);
}
