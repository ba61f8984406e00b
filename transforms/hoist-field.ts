import { Struct, type Value } from '../connectors/connect-data.ts';
import { text } from '../settings/kinds.ts';
import { layout } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { SchemaCache } from './schema-cache.ts';
import { checkNull, structSchema } from './schema-building.ts';
import type { PluginConfig, Transform } from './transform.ts';

const settings = {
  field: text('field', {
    ...layout,
    required: true,
    documentation: 'Name of the one field of the struct or map that results.',
  }),
};

/** Wraps the key or value: it becomes the one field of a struct, or of a map when it has no schema. */
function hoist(config: PluginConfig, part: RecordPart): Transform {
  const { field: name } = parsedConfig(settings, config);
  const schemas = new SchemaCache((schema) => structSchema([{ name, schema }]));
  return {
    apply: (record) => {
      const schema = schemaOf(record, part);
      const value = valueOf(record, part);
      if (schema === null) return withPart(record, part, null, new Map<Value, Value>([[name, value]]));
      checkNull(schema, value, name);
      const updated = schemas.of(schema);
      return withPart(record, part, updated, new Struct(updated, [value]));
    },
  };
}

export const hoistField = keyAndValue({ simpleName: 'HoistField', settings, create: hoist });
