import { defineConverter } from '../define-converter.ts';
import { JsonConverter } from './json-converter.ts';
import { jsonSettings } from './json-settings.ts';

export const jsonConverterPlugin = defineConverter({
  className: 'org.apache.kafka.connect.json.JsonConverter',
  settings: jsonSettings,
  make: (values) => new JsonConverter(values),
});
